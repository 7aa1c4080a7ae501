from typing import TYPE_CHECKING

import numpy as np

from ..checks.given import as_array
from ..checks.types import ArrayLike, Rows
from .images import as_images, image_canvas
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
    images = as_images(images, "images", outer=("variables", "categories"))
    rows, columns = images.shape[:2]
    variables = np.arange(rows) if variables is None else as_array(variables, "variables")
    if variables.shape != (rows,):
        raise ValueError(
            f"Expected as many `variables` as rows of images, {rows}. Received: shape "
            f"{variables.shape}."
        )
    title = "one variable takes each category along its row"
    figure, axes, grid = image_canvas(
        images.reshape(-1, *images.shape[2:]), columns, title, left=0.35, below=0.3
    )
    axes.set_yticks(grid.row_centers, [f"c[{variable}]" for variable in variables])
    axes.set_xticks(grid.column_centers, [str(category) for category in range(columns)])
    axes.set_xlabel("category")
    return figure
