from .image_grid import ImageGrid
from .savable import COLUMN

DPI = 200


def canvas(width, height):
    """An empty figure of so many inches."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), dpi=DPI, layout="compressed")


LARGEST = 0.5  # inches, the side of an image where there are few
ABOVE = 0.25  # inches, for the title


def image_canvas(images, columns, title, left=0.0, below=0.0):
    """A figure of images side by side, as wide as a column of a paper.

    Args:
        images: Array `(n, height, width, channels)`.
        columns: Integer, the images in a row.
        title: String.
        left: Float, inches to leave for texts on the left.
        below: Float, inches to leave for texts below.
    Returns:
        `matplotlib.figure.Figure`, its axes and the `ImageGrid` in them.
    """
    grid = ImageGrid(images, columns)
    side = min((COLUMN - left) / columns, LARGEST)
    figure = canvas(COLUMN, side * grid.rows * grid.height / grid.width + ABOVE + below)
    axes = figure.subplots()
    grid.draw(axes)
    axes.set_title(title)
    return figure, axes, grid
