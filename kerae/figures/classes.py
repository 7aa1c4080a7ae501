"""Classes of examples, and the colors and shapes that stand for them."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..checks.labels import Labels, as_labels
from ..checks.types import ArrayLike

LONGEST_NAME = 18  # characters
MOST_IN_LEGEND = 20
LEGEND_ROW = 0.15  # inches
NOISE = 0.75  # the gray of examples of no class
MARKERS = "o^sDvPX*"


def as_classes(
    labels: ArrayLike | None, count: int, class_names: Sequence[str] | None = None
) -> Labels:
    """Labels as given by a user: numbers that choose a color, and names.

    A class has the number that it has in `class_names`, and so the same color in every figure,
    even where others do not occur.

    Args:
        labels: Integers or strings, `count` of them, of which -1 is noise; or `None`.
        count: Integer, the number of examples.
        class_names: Sequence of strings that integer labels are indices into.
    Returns:
        `Labels`, with the value -1 for noise, and with long names shortened.
    Raises:
        ValueError: If they are of another length, of another type, or without a name.
    """
    if labels is None:
        return Labels(np.zeros(count, int), ("",))
    checked = as_labels(labels, count)
    labels, values, names = np.asarray(labels), np.full(count, -1), ()
    is_class = np.array(checked.names)[checked.values] != "-1"
    if is_class.any():
        named = as_labels(labels[is_class], is_class.sum(), class_names)
        values[is_class], names = named.values, named.names
        if class_names is not None and np.issubdtype(labels.dtype, np.integer):
            values[is_class], names = labels[is_class], class_names
    return Labels(values, tuple(map(_short, names)))


def _short(name):
    name = str(name)
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"


def colors(values: ArrayLike) -> np.ndarray:
    """The colors of classes: ten that stay apart under any color blindness, then again.

    Args:
        values: Integer array `(n,)`, the numbers of classes; -1 is none, and gray.
    Returns:
        Array `(n, 3)` of red, green and blue in [0, 1].
    Reference:
        Petroff, 2021, https://arxiv.org/abs/2107.02270
    """
    import matplotlib

    ten = np.array(matplotlib.color_sequences["petroff10"])
    values = np.asarray(values)
    return np.where(values[:, None] < 0, NOISE, ten[values % len(ten)])


def marker(value):
    """The shape of a class, another one after every ten; a cross for none."""
    return "x" if value < 0 else MARKERS[value // 10 % len(MARKERS)]


def class_legend(figure: Any, classes: "Labels", title: str) -> None:
    """Adds a legend of the classes that occur, if there are more than one, to the right.

    The figure grows where it is too low for it. More than 20 have none, and it says so.

    Args:
        figure: `matplotlib.figure.Figure`.
        classes: `Labels`, as `as_classes` gives them.
        title: String, what the classes are.
    """
    from matplotlib.lines import Line2D

    present = np.unique(classes.values)
    present = np.concatenate([present[present >= 0], present[present < 0]])  # noise comes last
    style = {"title": title, "loc": "outside right", "handletextpad": 0.2, "frameon": False}
    if len(present) > MOST_IN_LEGEND:
        style["title"] = f"{len(present)} classes:\ntoo many\nfor a legend"
        figure.legend([], [], **style)
    elif len(present) > 1:
        handles = [
            Line2D(
                [],
                [],
                linestyle="none",
                marker=marker(value),
                markersize=4,
                markeredgewidth=0.8 if value < 0 else 0,
                color=colors([value])[0],
                label="noise" if value < 0 else classes.names[value],
            )
            for value in present
        ]
        figure.set_figheight(max(figure.get_figheight(), LEGEND_ROW * len(present) + 0.5))
        figure.legend(handles=handles, labelspacing=0.3, handlelength=1, **style)
