"""An image of the user's own, drawn or read from a file."""

import io

import numpy as np

RADIUS = 1 / 22  # of the brush, as a part of the longer side
EDGE = 1.0  # pixels over which a stroke fades


class Sketch:
    """An image of the model's size that is drawn on.

    Args:
        shape: Tuple, height, width and channels.

    Attributes:
        pixels: Array of this shape, from 0 (paper) to 1 (ink).
    """

    def __init__(self, shape):
        self.shape = shape
        self.clear()

    def clear(self):
        self.pixels = np.zeros(self.shape, "float32")

    def stroke(self, start, end):
        """Draws a line with soft edges; it covers a pixel by

            clip((radius - distance of the pixel's center) / edge + 1/2, 0, 1)

        Args:
            start: Pair of floats, from the left and from the top, in pixels.
            end: Pair of floats.
        """
        height, width = self.shape[:2]
        rows, columns = np.mgrid[:height, :width] + 0.5
        centers = np.stack([columns, rows], axis=-1)
        start, way = np.asarray(start), np.subtract(end, start)
        along = np.clip((centers - start) @ way / max(way @ way, 1e-12), 0.0, 1.0)
        distance = np.linalg.norm(centers - start - along[..., None] * way, axis=-1)
        covered = np.clip((RADIUS * max(height, width) - distance) / EDGE + 0.5, 0.0, 1.0)
        self.pixels = np.maximum(self.pixels, covered[..., None].astype("float32"))


def read_image(content, shape):
    """A PNG or JPEG file as an image of a model's size: the middle of it, scaled, on white.

    Args:
        content: Bytes of the file.
        shape: Tuple, height, width and channels.
    Returns:
        Array of this shape with values in [0, 1].
    Raises:
        ValueError: If these are no such file.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    height, width, channels = shape
    try:
        image = Image.open(io.BytesIO(content), formats=("PNG", "JPEG"))
        image = ImageOps.exif_transpose(image).convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise ValueError(
            f"Expected a PNG or JPEG image. Received: a file of {len(content):,} bytes that cannot "
            f"be read ({type(error).__name__}). Save it again as PNG."
        ) from error
    image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    image = ImageOps.fit(image.convert("L" if channels == 1 else "RGB"), (width, height))
    return np.asarray(image, "float32").reshape(shape) / 255
