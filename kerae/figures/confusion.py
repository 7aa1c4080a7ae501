from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..checks.types import ArrayLike
from .classes import as_classes
from .savable import COLUMN, canvas, savable

if TYPE_CHECKING:
    from matplotlib.figure import Figure


WRITTEN = 20  # rows or columns whose numbers there is room for


@savable
def confusion(
    clusters: ArrayLike, labels: ArrayLike, class_names: Sequence[str] | None = None
) -> "Figure":
    """How many examples of each class are in each cluster.

    The one-to-one map of clusters to classes that gets the most examples right, framed, lies on
    the diagonal; clusters and classes that are left over follow, clusters by their largest class,
    and noise last. The shade is the share of the cluster. Zeros are left blank.

    Args:
        clusters: Integer array `(n,)`; -1 is noise.
        labels: Integers or strings, one for each example.
        class_names: Sequence of strings that integer labels are indices into.
        path: File ending in .png, .pdf or .svg that the figure is saved to.
    Returns:
        `matplotlib.figure.Figure`; with more than 20 clusters or classes, without the numbers.

    Example:

    >>> figure = kerae.figures.confusion([1, 1, 0, 0], [0, 0, 1, 1], ("cat", "dog"))
    >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
    ['1', '0']

    Raises:
        ValueError: If there is not one label for each cluster number.
    """
    from sklearn.metrics.cluster import contingency_matrix

    groups = as_classes(clusters, np.size(clusters))
    classes = as_classes(labels, len(groups.values), class_names)
    names = [[*part.names, "noise"] for part in (groups, classes)]  # which -1 finds at the end
    rows, columns = np.unique(groups.values), np.unique(classes.values)
    counts = contingency_matrix(groups.values, classes.values)
    row_order, column_order, matched = _order(counts, rows, columns)
    counts = counts[np.ix_(row_order, column_order)]
    rows, columns = rows[row_order], columns[column_order]

    written = max(counts.shape) <= WRITTEN
    wide, high = (0.28, 0.22) if written else (0.12, 0.12)  # inches, of a cell
    figure = canvas(max(COLUMN, wide * len(columns) + 0.5), high * len(rows) + 1.1)
    axes = figure.subplots()
    shares = counts / counts.sum(axis=1, keepdims=True)
    picture = axes.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    style: dict[str, Any] = {
        "location": "top",
        "aspect": 40,
        "shrink": 0.6,
        "label": "share of the cluster",
    }
    figure.colorbar(picture, ax=axes, **style)
    if written:
        for place in zip(*np.nonzero(counts)):
            color = "white" if shares[place] > 0.6 else "black"
            style = {"ha": "center", "va": "center", "fontsize": 7, "color": color}
            axes.text(*place[::-1], _short(counts[place]), **style)  # pyright: ignore[reportCallIssue]
    for place in range(matched):
        axes.add_patch(_frame(place))
    crowded = not written or max(len(names[1][value]) for value in columns) > 3
    axes.set_xticks(
        range(len(columns)), [names[1][value] for value in columns], rotation=90 * crowded
    )
    axes.set_yticks(range(len(rows)), [names[0][value] for value in rows])
    axes.set(xlabel="label", ylabel="cluster")
    return figure


def _order(counts, rows, columns):
    """The orders of rows and columns with the best map first, and how many it joins."""
    from scipy.optimize import linear_sum_assignment

    kept = np.ix_(np.flatnonzero(rows >= 0), np.flatnonzero(columns >= 0))
    pairs = linear_sum_assignment(counts[kept], maximize=True)
    of_rows, of_columns = (part.ravel()[chosen] for part, chosen in zip(kept, pairs))
    by_class = np.argsort(of_columns)
    left = np.setdiff1d(np.arange(len(rows)), of_rows)
    left = sorted(left, key=lambda row: (rows[row] < 0, counts[row].argmax(), -counts[row].sum()))
    others = np.setdiff1d(np.arange(len(columns)), of_columns)
    others = sorted(others, key=lambda column: columns[column] < 0)
    return [*of_rows[by_class], *left], [*of_columns[by_class], *others], len(by_class)


def _short(count):
    return str(count) if count < 10_000 else f"{count / 1000:.0f}k"


def _frame(place):
    from matplotlib.patches import Rectangle

    return Rectangle((place - 0.5, place - 0.5), 1, 1, fill=False, linewidth=0.8)
