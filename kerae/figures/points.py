"""Points in the plane, by class."""

import numpy as np

from .density import draw_density
from .palette import colors, marker

DENSE = 20_000  # points that hide each other


def draw_points(axes, points, classes):
    """Draws points in the colors of their classes; more than 20,000 as a shaded density.

    Noise lies below the classes, as crosses. After every ten classes the colors begin again,
    with points of another shape; then 20,000 points are drawn rather than the density.

    Args:
        axes: `matplotlib.axes.Axes`.
        points: Array `(n, 2)`.
        classes: `Labels`, as `as_classes` gives them.
    Returns:
        String, what has to be said of it, or `None`.
    """
    note = None
    if len(points) > DENSE:
        if classes.values.max() < 10:
            draw_density(axes, points, classes)
            return None
        note = f"{DENSE:,} of {len(points):,} points"
    # In an order that has nothing to do with the class, or the last class would hide the others.
    order = np.random.default_rng(0).permutation(len(points))[:DENSE]
    points, values = points[order], classes.values[order]
    shaped = values.max() >= 10
    size = np.clip(3000 / len(points), 4 if shaped else 1.5, 10)
    style = {"linewidths": 0, "rasterized": len(points) > 2000}
    noise = values < 0
    if noise.any():
        crosses = {"marker": marker(-1), "linewidths": 0.4, "rasterized": style["rasterized"]}
        axes.scatter(*points[noise].T, s=size, c=colors(values[noise]), **crosses)
    drawn = axes.scatter(*points[~noise].T, s=size, c=colors(values[~noise]), **style)
    if shaped:
        drawn.set_paths([_shape(value) for value in values[~noise]])
    return note


def _shape(value):
    from matplotlib.markers import MarkerStyle

    style = MarkerStyle(marker(value))
    return style.get_path().transformed(style.get_transform())
