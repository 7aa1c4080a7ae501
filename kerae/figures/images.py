"""Images, and what is none."""

import numpy as np


def is_image(shape):
    """Whether examples of this shape can be drawn: height, width and 1 or 3 channels."""
    return len(shape) == 3 and shape[-1] in (1, 3)


def as_images(images, name, count=None, outer=("n",)):
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
    images = np.asarray(images)
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
