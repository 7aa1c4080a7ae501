"""Codes in one panel, whatever their dimension."""

import numpy as np

from .plane import plane
from .points import draw_points


def draw_codes(axes, z, classes, axis_names=None):
    """Draws codes in the plane, in equal aspect.

    Args:
        axes: `matplotlib.axes.Axes`.
        z: Array `(n, latent_dim)`; see `plane`.
        classes: `Labels`, as `as_classes` gives them.
        axis_names: Pair of strings, in place of those of `plane`.
    Returns:
        Array `(n, 2)`, the points that the codes became, and a string, what has to be said of the
        picture, or `None`.
    """
    points, names = plane(z, classes)
    note = draw_points(axes, points, classes)
    names = axis_names or names
    axes.set(xlabel=names[0], ylabel=names[1])
    if z.shape[1] > 1:
        axes.set_aspect("equal", adjustable="datalim")
        return points, note
    present = np.unique(classes.values)
    strips = ["noise" if value < 0 else classes.names[value] for value in present]
    axes.set_yticks(*((present, strips) if len(present) <= 20 else ([], [])))
    axes.invert_yaxis()
    return points, note
