"""Pixels of any source on one scale."""

from typing import Any

import numpy as np


def scale_pixels(x: np.ndarray, source: Any) -> np.ndarray:
    """Turns 8-bit or float images into float32 images from 0 to 1 with a channel axis.

    Args:
        x: Uint8 array, divided by 255, or float array with values from 0 to 1. Images without
            a channel axis, `(n, height, width)`, get one; vectors `(n, features)` stay vectors.
        source: What errors name as the origin of `x`.
    Returns:
        Float32 array.
    Raises:
        ValueError: If `x` has another dtype, or floats outside [0, 1].
    """
    if x.dtype == np.uint8:
        x = np.divide(x, 255, dtype=np.float32)
    elif not np.issubdtype(x.dtype, np.floating):
        raise ValueError(
            f"Expected uint8 images, or float images from 0 to 1, in {source}. "
            f"Received: {x.dtype}. Convert them."
        )
    elif not np.all((x >= 0) & (x <= 1)):
        raise ValueError(
            f"Expected float images from 0 to 1 in {source}. "
            f"Received: {x.min()} to {x.max()}. Rescale them, or store uint8 pixels."
        )
    else:
        x = x.astype(np.float32)
    return x[..., np.newaxis] if x.ndim == 3 else x
