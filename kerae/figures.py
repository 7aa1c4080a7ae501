"""The pictures of a run, as matplotlib figures."""

import math

import numpy as np

COLUMNS = 10


def _figure(width, height):
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), dpi=120, layout="constrained")


def is_image(shape):
    """Whether examples of this shape can be drawn: height, width and 1 or 3 channels."""
    return len(shape) == 3 and shape[-1] in (1, 3)


def _image_grid(images, rows, columns):
    """Images side by side as one array, with a grey line between them."""
    height, width, channels = images.shape[1:]
    grid = np.full((rows * (height + 1) + 1, columns * (width + 1) + 1, channels), 0.5)
    for index, image in enumerate(images[: rows * columns]):
        top, left = (index // columns) * (height + 1) + 1, (index % columns) * (width + 1) + 1
        grid[top : top + height, left : left + width] = np.clip(image, 0.0, 1.0)
    return grid


def _draw(axes, grid):
    axes.imshow(grid.squeeze(), cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    axes.set_axis_off()


def loss_curves(history):
    """Each logged quantity by epoch, in a panel, for training and validation.

    Args:
        history: Dict of lists, one a quantity, as `keras.callbacks.History.history`.
    """
    names = [name for name in history if not name.startswith("val_") and name != "epoch"]
    names.sort(key=lambda name: (name != "loss", name != "reconstruction"))
    figure = _figure(3.2 * len(names), 2.8)
    epochs = 1 + np.arange(len(history[names[0]]))
    for axes, name in zip(np.atleast_1d(figure.subplots(1, len(names))), names, strict=True):
        axes.plot(epochs, history[name], label="training")
        if f"val_{name}" in history:
            axes.plot(epochs, history[f"val_{name}"], "--", label="validation")
        axes.set(title=name, xlabel="epoch", ylabel="nats per example")
        axes.legend()
    return figure


def reconstructions(x, x_hat):
    """Pairs of rows: originals, and below them their reconstructions.

    Args:
        x: Array of images `(n, height, width, channels)`.
        x_hat: Array of the same shape.
    """
    columns = min(COLUMNS, len(x))
    rows = len(x) // columns
    pairs = [
        half for row in np.split(np.arange(rows * columns), rows) for half in (x[row], x_hat[row])
    ]
    figure = _figure(0.6 * columns, 0.6 * 2 * rows + 0.4)
    axes = figure.subplots()
    _draw(axes, _image_grid(np.concatenate(pairs), 2 * rows, columns))
    axes.set_title("originals, and below each its reconstruction", fontsize=9)
    return figure


def samples(images):
    """A grid of images.

    Args:
        images: Array `(n, height, width, channels)`.
    """
    columns = min(COLUMNS, len(images))
    rows = math.ceil(len(images) / columns)
    figure = _figure(0.6 * columns, 0.6 * rows + 0.4)
    axes = figure.subplots()
    _draw(axes, _image_grid(images, rows, columns))
    axes.set_title("samples from the prior, decoded", fontsize=9)
    return figure


def latent_scatter(z, labels, class_names):
    """Codes in two dimensions, coloured by label; more dimensions are projected by PCA.

    Args:
        z: Array `(n, latent_dim)`.
        labels: Integer array `(n,)`.
        class_names: Sequence of strings, one for each label.
    """
    figure = _figure(5.6, 4.2)
    axes = figure.subplots()
    names = ("z[0]", "z[1]")
    if z.shape[1] == 1:
        z, names = np.concatenate([z, labels[:, None]], axis=1), ("z[0]", "label")
    elif z.shape[1] > 2:
        from sklearn.decomposition import PCA

        pca = PCA(2).fit(z)
        shares = pca.explained_variance_ratio_
        names = [f"PC {i + 1} ({share:.0%} of the variance)" for i, share in enumerate(shares)]
        z = pca.transform(z)
    colours = "tab10" if len(class_names) <= 10 else "tab20"
    size = 12 if len(z) < 2000 else 3
    for label, name in enumerate(class_names):
        members = labels == label
        colour = {"c": np.full(members.sum(), label % 20), "cmap": colours, "vmin": 0}
        vmax = 9 if colours == "tab10" else 19
        axes.scatter(*z[members].T, s=size, vmax=vmax, label=name, **colour)
    axes.set(xlabel=names[0], ylabel=names[1], title="codes of the test examples")
    if 1 < len(class_names) <= 20:
        figure.legend(title="label", fontsize=8, markerscale=3.5 / size**0.5, loc="outside right")
    return figure
