from typing import TYPE_CHECKING

from ..checks.types import ArrayLike
from .images import as_images, image_canvas
from .savable import savable

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@savable
def interpolations(images: ArrayLike) -> "Figure":
    """A row for each pair of examples, from one to the other.

    Args:
        images: Array `(n, steps, height, width, channels)`, as `model.interpolate` gives it.
        path: File ending in .png, .pdf or .svg that the figure is saved to.
    Returns:
        `matplotlib.figure.Figure`.
    Raises:
        ValueError: If these are no images.
    """
    images = as_images(images, "images", outer=("n", "steps"))
    title = "codes on the way from one example to another, decoded"
    return image_canvas(images.reshape(-1, *images.shape[2:]), images.shape[1], title)[0]
