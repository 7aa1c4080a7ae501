from typing import TYPE_CHECKING

from ..checks.types import ArrayLike, Rows
from .images import rows_of_images
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
    title = "one latent dimension moves along each row, decoded"
    return rows_of_images(images, "dims", "steps", dims, "z", title)[0]
