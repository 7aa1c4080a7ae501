"""Images in grids."""

import math

import numpy as np
from scipy import stats

from .canvas import canvas

COLUMNS = 10


def is_image(shape):
    """Whether examples of this shape can be drawn: height, width and 1 or 3 channels."""
    return len(shape) == 3 and shape[-1] in (1, 3)


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
    figure, axes = _draw(np.concatenate(pairs), 2 * rows, columns)
    axes.set_title("originals, and below each its reconstruction", fontsize=9)
    return figure


def samples(images):
    """A grid of images.

    Args:
        images: Array `(n, height, width, channels)`.
    """
    columns = min(COLUMNS, len(images))
    figure, axes = _draw(images, math.ceil(len(images) / columns), columns)
    axes.set_title("samples from the prior, decoded", fontsize=9)
    return figure


def traversals(images, dims=None):
    """A row for each latent dimension that moves.

    Args:
        images: Array `(dims, steps, height, width, channels)`, as
            `kerae.latent_space.traverse` gives it.
        dims: Sequence of integers, the dimensions, for the labels. Defaults to 0, 1, 2, ….
    """
    rows, columns, height = images.shape[:3]
    figure, axes = _draw(images.reshape(-1, *images.shape[2:]), rows, columns)
    names = [f"z[{dim}]" for dim in (range(rows) if dims is None else dims)]
    axes.set_axis_on()
    axes.set(xticks=[], yticks=_centres(rows, height), yticklabels=names)
    axes.set_title("one latent dimension moves along each row, decoded", fontsize=9)
    return figure


def manifold(model, n=20, y=None):
    """The plane of codes, decoded at the quantiles of N(0, I).

    z[0] grows to the right and z[1] upwards: each takes the values whose probabilities are the
    middles of n equal parts of (0, 1), so that an image stands for as many samples as any other.

    Args:
        model: `kerae.Autoencoder` of images, with two latent dimensions.
        n: Integer, the number of images a side.
        y: The label or vector that a conditional model is conditioned on.

    Example:

    >>> figure = kerae.figures.manifold(kerae.VAE((8, 8, 1), latent_dim=2), n=3)
    >>> figure.axes[0].images[0].get_array().shape
    (28, 28)

    Raises:
        ValueError: If the codes have not two dimensions, or the data are no images.
    Reference:
        Kingma and Welling, 2014, https://arxiv.org/abs/1312.6114 (figure 4)
    """
    if tuple(model.latent.event_shape) != (2,) or not is_image(model.data_shape):
        raise ValueError(
            "Expected a model of images with two latent dimensions. Received: one with codes of "
            f"shape {tuple(model.latent.event_shape)} and data of shape {model.data_shape}."
        )
    quantiles = stats.norm.ppf((np.arange(n) + 0.5) / n)
    across, up = np.meshgrid(quantiles, quantiles[::-1])
    images = model.decode(np.stack([across.ravel(), up.ravel()], axis=1), y)
    figure, axes = _draw(images, n, n)
    axes.set_axis_on()
    height, width = images.shape[1:3]
    values = [f"{value:.2f}" for value in quantiles]
    axes.set_xticks(_centres(n, width), values, fontsize=7)
    axes.set_yticks(_centres(n, height), values[::-1], fontsize=7)
    axes.set(xlabel="z[0]", ylabel="z[1]")
    axes.set_title("codes at the quantiles of N(0, I), decoded", fontsize=9)
    return figure


def _draw(images, rows, columns):
    """A figure of images side by side, and its axes, which are hidden."""
    figure = canvas(0.6 * columns, 0.6 * rows + 0.4)
    axes = figure.subplots()
    grid = _grid(images, rows, columns)
    axes.imshow(grid.squeeze(), cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    axes.set_axis_off()
    return figure, axes


def _grid(images, rows, columns):
    """Images side by side as one array, with a grey line between them."""
    height, width, channels = images.shape[1:]
    grid = np.full((rows * (height + 1) + 1, columns * (width + 1) + 1, channels), 0.5)
    for index, image in enumerate(images[: rows * columns]):
        top, left = (index // columns) * (height + 1) + 1, (index % columns) * (width + 1) + 1
        grid[top : top + height, left : left + width] = np.clip(image, 0.0, 1.0)
    return grid


def _centres(count, size):
    """Where the middle of each image lies along a side of the grid."""
    return 1 + np.arange(count) * (size + 1) + (size - 1) / 2
