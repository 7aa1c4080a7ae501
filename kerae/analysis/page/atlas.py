"""Many small images as one."""

import io
import math

import numpy as np

from ...figures import is_image
from .picture import data_uri

LONGEST_SIDE = 32  # pixels
QUALITY = 60  # of WebP, of 100


def atlas_of(x, rows):
    """The `Atlas` of the examples `rows`; `None` if they are no images."""
    return Atlas(x[rows]) if is_image(x.shape[1:]) else None


class Atlas:
    """Images side by side in one compressed image, of which a page shows parts.

    Args:
        images: Array `(n, height, width, channels)` with values in [0, 1]; 1 or 3 channels.
            Images above 32 pixels are made smaller.

    Attributes:
        uri: String, the image as an address that holds it.
        left: Integer array `(n,)`, where each image begins, in pixels.
        top: Integer array `(n,)`.
        width: Integer, of each image, in pixels.
        height: Integer.
        total_width: Integer, of the whole, in pixels.
    """

    def __init__(self, images):
        from PIL import Image

        step = math.ceil(max(images.shape[1:3]) / LONGEST_SIDE)
        images = images[:, ::step, ::step]
        count, self.height, self.width, channels = images.shape
        columns = math.ceil(math.sqrt(count))
        number = np.arange(count)
        self.left, self.top = number % columns * self.width, number // columns * self.height
        self.total_width = columns * self.width
        rows = math.ceil(count / columns)
        sheet = np.zeros((rows * columns, *images.shape[1:]), "uint8")
        sheet[:count] = np.round(255 * np.clip(images, 0.0, 1.0))
        sheet = sheet.reshape(rows, columns, *images.shape[1:]).swapaxes(1, 2)
        sheet = sheet.reshape(rows * self.height, columns * self.width, channels)
        content = io.BytesIO()
        Image.fromarray(sheet.squeeze(-1) if channels == 1 else sheet).save(
            content, "WEBP", quality=QUALITY
        )
        self.uri = data_uri(content.getvalue(), "image/webp")
