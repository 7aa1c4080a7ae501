from typing import TYPE_CHECKING

from ..checks.types import ArrayLike, Rows
from .images import rows_of_images
from .savable import savable

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@savable
def category_traversals(images: ArrayLike, variables: Rows | None = None) -> "Figure":
    """A row for each categorical variable, a column for each of its categories.

    Args:
        images: Array `(variables, categories, height, width, channels)`, as
            `kerae.latent_space.traverse_categories` gives it.
        variables: Sequence of integers, the variables, for the labels. Defaults to 0, 1, 2, ….
        path: File ending in .png, .pdf or .svg that the figure is saved to.
    Returns:
        `matplotlib.figure.Figure`.
    Raises:
        ValueError: If these are no images, or not as many rows as `variables`.
    """
    title = "one variable takes each category along its row"
    figure, axes, grid = rows_of_images(
        images, "variables", "categories", variables, "c", title, below=0.3
    )
    axes.set_xticks(grid.column_centers, [str(category) for category in range(grid.columns)])
    axes.set_xlabel("category")
    return figure
