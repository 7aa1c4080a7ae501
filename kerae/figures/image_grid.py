"""Images in a grid."""

import math

import numpy as np


class ImageGrid:
    """Images side by side as one picture, with a gray line between them.

    Args:
        images: Array `(n, height, width, channels)` in [0, 1].
        columns: Integer, the images in a row.
    """

    def __init__(self, images, columns):
        count, self.height, self.width, channels = images.shape
        self.columns, self.rows = columns, math.ceil(count / columns)
        shape = (self.rows * (self.height + 1) + 1, columns * (self.width + 1) + 1, channels)
        self.picture = np.full(shape, 0.5)
        for index, image in enumerate(images):
            row, column = divmod(index, columns)
            top, left = row * (self.height + 1) + 1, column * (self.width + 1) + 1
            place = np.s_[top : top + self.height, left : left + self.width]
            self.picture[place] = np.clip(image, 0.0, 1.0)

    def draw(self, axes, left=0):
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
