from typing import TYPE_CHECKING

from ..checks.types import ArrayLike
from .images import as_images, full_columns, image_canvas
from .savable import savable

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@savable
def samples(images: ArrayLike, title: str = "samples from the prior, decoded") -> "Figure":
    """A grid of images, ten in a row or as many as fill the last row.

    Args:
        images: Array `(n, height, width, channels)`.
        title: String.
        path: File ending in .png, .pdf or .svg that the figure is saved to.
    Returns:
        `matplotlib.figure.Figure`.
    Raises:
        ValueError: If these are no images.
    """
    images = as_images(images, "images")
    return image_canvas(images, full_columns(len(images)), title)[0]
