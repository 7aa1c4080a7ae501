from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..checks.codes import as_codes, as_finite
from ..checks.given import as_array
from ..checks.numbers import check_count
from ..checks.types import ArrayLike
from .classes import as_classes, class_legend, colors
from .images import ImageGrid, as_images
from .savable import canvas, savable

if TYPE_CHECKING:
    from matplotlib.figure import Figure


CELL = 0.36  # inches, the width of an image
BARS = 5  # images as wide as the bars
GAP = 0.3  # of an image
ABOVE: dict[str, Any] = {"textcoords": "offset points", "va": "bottom"}


@savable
def cluster_sheet(
    images: ArrayLike,
    z: ArrayLike,
    clusters: ArrayLike,
    centers: ArrayLike,
    decoded: ArrayLike,
    labels: ArrayLike | None = None,
    class_names: Sequence[str] | None = None,
    members: int = 8,
) -> "Figure":
    """What is in each cluster: its center decoded, its nearest members and its classes.

    A row is a cluster, with its number and its size. The nearest members are those with the
    smallest Euclidean distance of their code from the center. Examples of no cluster are counted
    in the title.

    Args:
        images: Array `(n, height, width, channels)`, the examples.
        z: Array `(n, latent_dim)`, their codes.
        clusters: Integer array `(n,)`, for each the row of its cluster in `centers`, or -1.
        centers: Array `(k, latent_dim)`.
        decoded: Array `(k, height, width, channels)`, what the centers decode to.
        labels: Integers or strings, one for each example; with them, a bar for each cluster is
            divided by the shares of its classes.
        class_names: Sequence of strings that integer labels are indices into.
        members: Integer, how many of the nearest are drawn.
        path: File ending in .png, .pdf or .svg that the figure is saved to.
    Returns:
        `matplotlib.figure.Figure`.
    Raises:
        ValueError: If lengths differ, or these are no images or no clusters.
    """
    z, centers = as_codes(z), as_finite(centers, "centers")
    check_count("members", members)
    images = as_images(images, "images", count=len(z))
    decoded = as_images(decoded, "decoded", count=len(centers))
    clusters = _checked(clusters, z, centers)
    columns = 1 + GAP + members + (GAP + BARS if labels is not None else 0)
    height, width = images.shape[1:3]
    figure = canvas(
        CELL * columns + (1.1 if labels is None else 1.9),
        CELL * len(centers) * height / width + 0.6,
    )
    axes = figure.subplots()
    grid = ImageGrid(decoded, 1)
    grid.draw(axes)
    pitch = width + 1
    left = pitch * (1 + GAP)
    nearest = [_nearest(z, clusters, number, center) for number, center in enumerate(centers)]
    sheet = np.full((len(centers), members, *images.shape[1:]), 0.5)
    for row, chosen in zip(sheet, nearest):
        row[: len(chosen)] = images[chosen[:members]]
    ImageGrid(sheet.reshape(-1, *images.shape[1:]), members).draw(axes, left)
    headings = {"center": pitch / 2, "nearest members": left + pitch * members / 2}
    if labels is not None:
        classes = as_classes(labels, len(z), class_names)
        left += pitch * (members + GAP)
        headings["classes"] = left + pitch * BARS / 2
        for place, number in zip(grid.row_centers, range(len(centers))):
            _draw_shares(axes, place, left, grid, classes, clusters == number)
        class_legend(figure, classes, "label")
    for text, place in headings.items():
        axes.annotate(text, (place, 0), (0, 4), ha="center", **ABOVE)
    axes.annotate("cluster (size)", (0, 0), (-8, 4), ha="right", **ABOVE)
    sizes = [len(chosen) for chosen in nearest]
    axes.set_yticks(grid.row_centers, [f"{i} ({size:,})" for i, size in enumerate(sizes)])
    axes.set(xlim=(-1, pitch * columns + 1), ylim=(grid.picture.shape[0], -1))
    noise = len(z) - sum(sizes)
    if noise:
        figure.suptitle(f"{noise:,} of {len(z):,} examples in no cluster", fontsize="medium")
    return figure


def _checked(clusters, z, centers):
    clusters = as_array(clusters, "clusters")
    fits = clusters.shape == (len(z),) and np.issubdtype(clusters.dtype, np.integer)
    if not fits or clusters.min() < -1 or clusters.max() >= len(centers):
        raise ValueError(
            f"Expected `clusters` to hold an integer from -1 to {len(centers) - 1}, a row of "
            f"`centers`, for each of {len(z)} examples. Received: {clusters.dtype} of shape "
            f"{clusters.shape}."
        )
    if centers.shape[1:] != z.shape[1:]:
        raise ValueError(
            "Expected `centers` and `z` to have as many dimensions. Received: shapes "
            f"{centers.shape} and {z.shape}."
        )
    return clusters


def _nearest(z, clusters, number, center):
    """The members of a cluster, the one nearest to its center first."""
    chosen = np.flatnonzero(clusters == number)
    return chosen[np.argsort(np.linalg.norm(z[chosen] - center, axis=1), kind="stable")]


def _draw_shares(axes, place, left, grid, classes, chosen):
    """A bar as long as the members of a cluster, divided by their classes, the largest first."""
    present, counts = np.unique(classes.values[chosen], return_counts=True)
    pitch = grid.width + 1
    for i in np.argsort(-counts, kind="stable"):
        length = counts[i] / counts.sum() * pitch * BARS
        color = colors(present[[i]])[0]
        axes.barh(place, length, height=0.75 * grid.height, left=left, color=color)
        name = "noise" if present[i] < 0 else classes.names[present[i]]
        text = f"{name} {counts[i] / counts.sum():.0%}"
        if length / pitch * CELL * 72 > 4.5 * len(text) + 2:  # points, at the size of the font
            shade = "black" if color @ (0.2126, 0.7152, 0.0722) > 0.4 else "white"
            style = {"ha": "center", "va": "center", "fontsize": 7, "color": shade}
            axes.text(left + length / 2, place, text, **style)
        left += length
