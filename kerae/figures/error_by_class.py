from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..checks.codes import as_finite
from ..checks.types import ArrayLike
from .classes import as_classes, colors
from .savable import COLUMN, canvas, savable, space_out

if TYPE_CHECKING:
    from matplotlib.figure import Figure


MOST = 30  # classes


@savable
def error_by_class(
    error: ArrayLike,
    labels: ArrayLike,
    class_names: Sequence[str] | None = None,
    name: str = "reconstruction error",
) -> "Figure":
    """How the error is distributed in each class: a box for each.

    A box reaches from the first to the third quartile, with the median in it; the lines reach
    from the 5th to the 95th percentile. Of more than 30 classes, those with the largest medians
    are drawn.

    Args:
        error: Array `(n,)`, such as the `error` or the `negative_elbo` of
            `kerae.analysis.examine`.
        labels: Integers or strings, one for each example; the integer -1 is noise.
        class_names: Sequence of strings that integer labels are indices into.
        name: String, what the errors are, with their unit.
        path: File ending in .png, .pdf or .svg that the figure is saved to.
    Returns:
        `matplotlib.figure.Figure`.

    Example:

    >>> figure = kerae.figures.error_by_class(np.arange(6.0), [0, 0, 0, 1, 1, 1], ("cat", "dog"))
    >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
    ['cat', 'dog']

    Raises:
        ValueError: If there is not one label for each error, or an error is not finite.
    """
    error = as_finite(error, "error")
    if error.ndim != 1:
        raise ValueError(f"Expected `error` of shape (n,). Received: shape {error.shape}.")
    classes = as_classes(labels, len(error), class_names)
    present = np.unique(classes.values)
    groups = {value: error[classes.values == value] for value in present}
    note = None
    if len(present) > MOST:
        worst = sorted(present, key=lambda value: -np.median(groups[value]))[:MOST]
        present, note = np.sort(worst), f"the {MOST} of {len(groups)} classes with the largest"
    figure = canvas(COLUMN, 0.17 * len(present) + 0.8)
    axes = figure.subplots()
    boxes = axes.boxplot(
        [groups[value] for value in present],
        orientation="horizontal",
        whis=(5, 95),
        showfliers=False,
        widths=0.65,
        patch_artist=True,
        tick_labels=["noise" if value < 0 else classes.names[value] for value in present],
        medianprops={"color": "black"},
        boxprops={"linewidth": 0.6},
        whiskerprops={"linewidth": 0.8},
        capprops={"linewidth": 0.8},
    )
    for box, color in zip(boxes["boxes"], colors(present)):
        box.set_facecolor(color)
    axes.invert_yaxis()
    axes.set_xlabel(name)
    space_out(axes)
    axes.set_title(note or "")
    return figure
