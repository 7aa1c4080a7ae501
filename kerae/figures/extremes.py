from typing import TYPE_CHECKING

import numpy as np

from ..checks.codes import as_finite
from ..checks.types import ArrayLike
from .images import ImageGrid, as_images
from .savable import COLUMN, canvas, savable

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@savable
def extremes(
    x: ArrayLike,
    x_hat: ArrayLike,
    values: ArrayLike,
    name: str = "reconstruction error",
    columns: int = 8,
) -> "Figure":
    """The examples with the largest values and those with the smallest.

    Each original stands above its reconstruction, and its value below both. Where there are fewer
    than twice as many examples as columns, each half has half of them.

    Args:
        x: Array of images `(n, height, width, channels)`.
        x_hat: Array of the same shape.
        values: Array `(n,)`, such as the reconstruction error, the negative ELBO or the distance
            to the next neighbors.
        name: String, what the values are, with their unit.
        columns: Integer, how many of the largest, and of the smallest.
        path: File ending in .png, .pdf or .svg that the figure is saved to.
    Returns:
        `matplotlib.figure.Figure` with two panels.

    Example:

    >>> images, error = np.zeros((5, 4, 4, 1)), np.array([3.0, 1.0, 5.0, 4.0, 2.0])
    >>> figure = kerae.figures.extremes(images, images, error, columns=2)
    >>> [label.get_text() for label in figure.axes[0].get_xticklabels()]
    ['5', '4']

    Raises:
        ValueError: If these are no images, or not one value for each, or a value is not finite.
    """
    x = as_images(x, "x")
    x_hat, values = as_images(x_hat, "x_hat", count=len(x)), as_finite(values, "values")
    if values.shape != (len(x),):
        raise ValueError(
            f"Expected `values` of shape {(len(x),)}, one for each example. Received: shape "
            f"{values.shape}."
        )
    columns = max(1, min(columns, len(x) // 2))
    order = np.argsort(values, kind="stable")
    height = COLUMN / columns * 2 * x.shape[1] / x.shape[2]
    figure = canvas(COLUMN, 2 * (min(height, 1.0) + 0.4))
    halves = {"largest": order[::-1][:columns], "smallest": order[:columns]}
    for axes, (which, chosen) in zip(figure.subplots(2, 1), halves.items()):
        grid = ImageGrid(np.concatenate([x[chosen], x_hat[chosen]]), columns)
        grid.draw(axes)
        axes.set_xticks(grid.column_centers, [_short(value) for value in values[chosen]])
        axes.set_title(f"{which} {name}")
    return figure


def _short(value):
    """A number of at most six letters, which there is room for below an image."""
    size = abs(value)
    if 100 <= size < 1e5:
        return f"{value:.0f}"
    if 1e-3 <= size < 100 or size == 0:
        return f"{value:.3g}" if size >= 0.1 else f"{value:.2g}"
    return f"{value:.0e}"
