"""Codes as points in the plane."""

import numpy as np

from .canvas import canvas


def latent_scatter(z, labels, class_names):
    """Codes in two dimensions, coloured by label; more dimensions are projected by PCA.

    Args:
        z: Array `(n, latent_dim)`.
        labels: Integer array `(n,)`.
        class_names: Sequence of strings, one for each label.
    """
    figure = canvas(5.6, 4.2)
    axes = figure.subplots()
    _scatter(axes, z, labels, class_names)
    axes.set_title("codes of the test examples")
    _legend(figure)
    return figure


def latent_panels(codes, labels, class_names, titles):
    """The codes that several models give to the same examples, side by side in equal aspect.

    Args:
        codes: Sequence of arrays `(n, latent_dim)`, one a panel; see `latent_scatter`.
        labels: Integer array `(n,)`, of all panels.
        class_names: Sequence of strings, one for each label.
        titles: Sequence of strings, one a panel.
    Raises:
        ValueError: If there are not as many titles as panels, or labels as codes.
    """
    if len(codes) != len(titles) or {len(z) for z in codes} != {len(labels)}:
        raise ValueError(
            "Expected a title for each panel and a label for each code. Received: "
            f"{len(titles)} titles, {len(labels)} labels and codes of "
            f"{[np.shape(z) for z in codes]}."
        )
    figure = canvas(3.4 * len(codes) + 0.8, 3.6)
    for axes, z, title in zip(figure.subplots(1, len(codes), squeeze=False)[0], codes, titles):
        _scatter(axes, z, labels, class_names)
        axes.set_title(title)
        axes.set_aspect("equal", adjustable="datalim")
    _legend(figure)
    return figure


def _scatter(axes, z, labels, class_names):
    z, names = _plane(z, labels)
    colours, last = ("tab10", 9) if len(class_names) <= 10 else ("tab20", 19)
    style = {"s": 12 if len(z) < 2000 else 3, "cmap": colours, "vmin": 0, "vmax": last}
    # In an order that has nothing to do with the class, or the last class would hide the others.
    order = np.random.default_rng(0).permutation(len(z))
    axes.scatter(*z[order].T, c=np.asarray(labels)[order] % 20, **style)
    for label, name in enumerate(class_names):  # of which the legend is made
        axes.scatter([], [], c=[], label=name, **style).set_array([label % 20])
    axes.set(xlabel=names[0], ylabel=names[1])


def _plane(z, labels):
    """Codes in two dimensions, and what these are."""
    if z.shape[1] == 1:
        return np.concatenate([z, labels[:, None]], axis=1), ("z[0]", "label")
    if z.shape[1] == 2:
        return z, ("z[0]", "z[1]")
    from sklearn.decomposition import PCA

    pca = PCA(2).fit(z)
    shares = pca.explained_variance_ratio_
    names = [f"PC {i + 1} ({share:.0%} of the variance)" for i, share in enumerate(shares)]
    return pca.transform(z), names


def _legend(figure):
    """One legend for all panels, which show the same classes."""
    points, names = figure.axes[0].get_legend_handles_labels()
    if 1 < len(names) <= 20:
        scale = 3.5 / points[0].get_sizes()[0] ** 0.5
        style = {"title": "label", "fontsize": 8, "markerscale": scale, "loc": "outside right"}
        figure.legend(points, names, **style)
