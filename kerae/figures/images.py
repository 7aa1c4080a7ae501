"""Images: what is one, and how they are drawn side by side and at their places in a map."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..checks.given import as_array
from ..checks.parts import checked_shape
from ..checks.types import ArrayLike, Shape
from .classes import colors
from .savable import COLUMN, canvas

if TYPE_CHECKING:
    from ..checks.labels import Labels

LARGEST_SIDE = 0.5  # inches, the side of an image where there are few
ABOVE = 0.25  # inches, for the title
THUMBNAIL_SIDE = 12.0  # points, of the longer side of an image
THUMBNAIL_GAP = 2.5  # points, between two


def is_image(shape: Shape) -> bool:
    """Whether examples of this shape can be drawn: height, width and 1 or 3 channels."""
    shape = checked_shape("shape", shape, least_axes=0)
    return len(shape) == 3 and shape[-1] in (1, 3)


def as_images(
    images: ArrayLike, name: str, count: int | None = None, outer: Sequence[str] = ("n",)
) -> np.ndarray:
    """Images as given by a user, checked.

    Args:
        images: Array of shape `(*outer, height, width, channels)`.
        name: String, what the user knows them as.
        count: Integer, how many there have to be. Defaults to one or more.
        outer: Sequence of strings, the names of the axes before those of an image.
    Returns:
        NumPy array.
    Raises:
        ValueError: If they are no images, or not as many.
    """
    images = as_array(images, name)
    if images.ndim != len(outer) + 3 or not is_image(images.shape[-3:]) or images.size == 0:
        raise ValueError(
            f"Expected `{name}` to be images, of shape ({', '.join(outer)}, height, width, "
            f"channels) with 1 or 3 channels. Received: shape {images.shape}. Only images can be "
            "drawn so; vectors can be reshaped to images if they are their pixels."
        )
    if count is not None and len(images) != count:
        raise ValueError(
            f"Expected {count} `{name}`, one for each example. Received: {len(images)}."
        )
    return images


def full_columns(count: int) -> int:
    """How many of so many images stand in a row: ten, or fewer if that fills the last row better.

    >>> [full_columns(count) for count in (50, 16, 12, 24, 7, 13)]
    [10, 8, 6, 8, 7, 7]
    """
    return min(range(min(count, 10), min(count, 5) - 1, -1), key=lambda n: -count % n)


class ImageGrid:
    """Images side by side as one picture, with a gray line between them.

    Args:
        images: Array `(n, height, width, channels)` in [0, 1].
        columns: Integer, the images in a row.
    """

    def __init__(self, images: np.ndarray, columns: int) -> None:
        count, self.height, self.width, channels = images.shape
        self.columns, self.rows = columns, math.ceil(count / columns)
        shape = (self.rows * (self.height + 1) + 1, columns * (self.width + 1) + 1, channels)
        self.picture = np.full(shape, 0.5)
        for index, image in enumerate(images):
            row, column = divmod(index, columns)
            top, left = row * (self.height + 1) + 1, column * (self.width + 1) + 1
            place = np.s_[top : top + self.height, left : left + self.width]
            self.picture[place] = np.clip(image, 0.0, 1.0)

    def draw(self, axes: Any, left: float = 0) -> None:
        """Draws the picture in units of its pixels, from `left` on, and hides the axes' lines."""
        height, width = self.picture.shape[:2]
        axes.imshow(
            self.picture.squeeze(axis=2) if self.picture.shape[2] == 1 else self.picture,
            cmap="gray",
            vmin=0,
            vmax=1,
            interpolation="auto",
            extent=(left - 0.5, left + width - 0.5, height - 0.5, -0.5),
        )
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set_visible(False)

    @property
    def row_centers(self):
        """Where the middle of each row lies, from the top."""
        return 1 + np.arange(self.rows) * (self.height + 1) + (self.height - 1) / 2

    @property
    def column_centers(self):
        """Where the middle of each column lies, from the left."""
        return 1 + np.arange(self.columns) * (self.width + 1) + (self.width - 1) / 2


def image_canvas(
    images: np.ndarray, columns: int, title: str, left: float = 0.0, below: float = 0.0
):
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
    side = min((COLUMN - left) / columns, LARGEST_SIDE)
    figure = canvas(COLUMN, side * grid.rows * grid.height / grid.width + ABOVE + below)
    axes = figure.subplots()
    grid.draw(axes)
    axes.set_title(title)
    return figure, axes, grid


def rows_of_images(
    images: Any, what: str, along: str, numbers: Any, symbol: str, title: str, below: float = 0.0
):
    """A figure with a row of images for each of some numbers, such as dimensions of a code.

    Args:
        images: Array `(rows, columns, height, width, channels)`, as given by a user.
        what: String, the argument that has the numbers, and what the rows are.
        along: String, what the columns are.
        numbers: Sequence of integers, or `None` for 0, 1, 2, ….
        symbol: String, what is numbered in the labels.
        title: String.
        below: Float, inches to leave for texts below.
    Returns:
        As `image_canvas`.
    Raises:
        ValueError: If these are no images, or not as many rows as numbers.
    """
    images = as_images(images, "images", outer=(what, along))
    rows, columns = images.shape[:2]
    numbers = np.arange(rows) if numbers is None else as_array(numbers, what)
    if numbers.shape != (rows,):
        raise ValueError(
            f"Expected as many `{what}` as rows of images, {rows}. Received: shape {numbers.shape}."
        )
    flat = images.reshape(-1, *images.shape[2:])
    figure, axes, grid = image_canvas(flat, columns, title, left=0.35, below=below)
    axes.set_yticks(grid.row_centers, [f"{symbol}[{number}]" for number in numbers])
    return figure, axes, grid


def draw_thumbnails(axes: Any, points: np.ndarray, classes: "Labels", images: np.ndarray) -> None:
    """Draws images of well-spread examples at their points, so that none covers another.

    In a random order, which follows the density, each example is drawn whose place is still free.

    Args:
        axes: `matplotlib.axes.Axes` whose limits are final.
        points: Array `(n, 2)`.
        classes: `Labels`, as `as_classes` gives them, whose colors the frames have.
        images: Array `(n, height, width, channels)`.
    """
    from matplotlib.colors import Normalize
    from matplotlib.offsetbox import AnnotationBbox, OffsetImage

    axes.figure.draw_without_rendering()  # which finds the size of the axes
    places = axes.transData.transform(points) * 72 / axes.figure.dpi
    zoom = THUMBNAIL_SIDE / max(images.shape[1:3])
    for index in _spread(places, THUMBNAIL_SIDE + THUMBNAIL_GAP):
        image = np.clip(images[index], 0.0, 1.0)
        picture = OffsetImage(
            image.squeeze(), zoom=zoom, cmap="gray", norm=Normalize(0.0, 1.0), interpolation="auto"
        )
        color = colors(classes.values[[index]])[0]
        frame = {"boxstyle": "square,pad=0", "edgecolor": color, "linewidth": 1.3}
        axes.add_artist(AnnotationBbox(picture, points[index], pad=0.0, bboxprops=frame))  # pyright: ignore[reportArgumentType]


def _spread(places, distance):
    """Indices of examples of which no two are nearer than `distance` in both directions."""
    chosen = []
    left = np.random.default_rng(0).permutation(len(places))
    while len(left):
        chosen.append(left[0])
        left = left[np.abs(places[left] - places[left[0]]).max(axis=1) >= distance]
    return chosen
