import io

import numpy as np


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
