from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..checks.codes import as_codes
from ..checks.types import ArrayLike
from .classes import as_classes, class_legend
from .draw_codes import draw_codes
from .images import as_images, draw_thumbnails
from .savable import COLUMN, PAGE, canvas, savable

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@savable
def latent_scatter(
    z: ArrayLike,
    labels: ArrayLike | None = None,
    class_names: Sequence[str] | None = None,
    images: ArrayLike | None = None,
    title: str | None = None,
    axis_names: tuple[str, str] | None = None,
    legend_title: str = "label",
) -> "Figure":
    """Codes, or a projection of them, as points in the plane, colored by label.

    More than two dimensions are projected by PCA; codes of one dimension become a strip for each
    class. More than 20,000 points are shaded by their density. The colors stay apart for readers
    with any color vision.

    Args:
        z: Array `(n, latent_dim)`, codes, or the points of a projection, `(n, 2)`.
        labels: Integers or strings, one for each code; the integer -1 is noise, in gray. `None`
            draws all in one color.
        class_names: Sequence of strings that integer labels are indices into.
        images: Array `(n, height, width, channels)` of the examples; those of a well-spread part
            of them are drawn at their codes.
        title: String.
        axis_names: Pair of strings. Defaults to `z[0]` and `z[1]`, or to the shares of the
            variance that PCA found.
        legend_title: String, what the labels are, such as "cluster".
        path: File ending in .png, .pdf or .svg that the figure is saved to.
    Returns:
        `matplotlib.figure.Figure`, without a legend if there are more than 20 classes.

    Example:

    >>> z = np.random.default_rng(0).normal(size=(100, 2))
    >>> figure = kerae.figures.latent_scatter(z, np.arange(100) % 3, ("cat", "dog", "owl"))
    >>> [text.get_text() for text in figure.legends[0].get_texts()]
    ['cat', 'dog', 'owl']

    Raises:
        ValueError: If lengths differ, codes are not finite, or the images are none.
    """
    z = as_codes(z)
    classes = as_classes(labels, len(z), class_names)
    if images is not None:
        images = as_images(images, "images", count=len(z))
    width = COLUMN if images is None else PAGE
    figure = canvas(width, 0.8 * width)
    axes = figure.subplots()
    points, note = draw_codes(axes, z, classes, axis_names)
    axes.set_title("\n".join(filter(None, [title, note])))
    class_legend(figure, classes, legend_title)
    if images is not None:
        draw_thumbnails(axes, points, classes, images)
    return figure
