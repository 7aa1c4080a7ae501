from typing import TYPE_CHECKING

import numpy as np

from ..checks.given import as_array
from ..checks.types import ArrayLike, Rows
from .images import as_images, image_canvas
from .savable import savable

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@savable
def traversals(images: ArrayLike, dims: Rows | None = None) -> "Figure":
    """A row for each latent dimension that moves.

    Args:
        images: Array `(dims, steps, height, width, channels)`, as
            `kerae.latent_space.traverse` gives it.
        dims: Sequence of integers, the dimensions, for the labels. Defaults to 0, 1, 2, ….
        path: File ending in .png, .pdf or .svg that the figure is saved to.
    Returns:
        `matplotlib.figure.Figure`.
    Raises:
        ValueError: If these are no images, or not as many rows as `dims`.
    """
    images = as_images(images, "images", outer=("dims", "steps"))
    rows, columns = images.shape[:2]
    dims = np.arange(rows) if dims is None else as_array(dims, "dims")
    if dims.shape != (rows,):
        raise ValueError(
            f"Expected as many `dims` as rows of images, {rows}. Received: shape {dims.shape}."
        )
    title = "one latent dimension moves along each row, decoded"
    figure, axes, grid = image_canvas(
        images.reshape(-1, *images.shape[2:]), columns, title, left=0.35
    )
    axes.set_yticks(grid.row_centers, [f"z[{dim}]" for dim in dims])
    return figure
