from typing import TYPE_CHECKING

import numpy as np

from ..checks.types import ArrayLike
from .images import as_images, full_columns, image_canvas
from .savable import savable

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@savable
def reconstructions(x: ArrayLike, x_hat: ArrayLike) -> "Figure":
    """Pairs of rows: originals, and below them their reconstructions.

    Args:
        x: Array of images `(n, height, width, channels)`.
        x_hat: Array of the same shape.
        path: File ending in .png, .pdf or .svg that the figure is saved to.
    Returns:
        `matplotlib.figure.Figure`, with the examples that fill rows of equal length, ten at most.
    Raises:
        ValueError: If these are no images, or not as many.
    """
    x = as_images(x, "x")
    x_hat = as_images(x_hat, "x_hat", count=len(x))
    columns = full_columns(len(x))
    rows = len(x) // columns
    pairs = np.stack([half[: rows * columns] for half in (x, x_hat)])
    pairs = pairs.reshape(2, rows, columns, *x.shape[1:]).swapaxes(0, 1)
    title = "originals, and below each its reconstruction"
    return image_canvas(pairs.reshape(-1, *x.shape[1:]), columns, title)[0]
