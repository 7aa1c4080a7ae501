"""Black-and-white images from grey ones."""

import numpy as np


def binarize(x, seed=0, threshold=None):
    """Draws each pixel from a Bernoulli distribution whose mean is its grey value.

        b ~ Bernoulli(x),   or b = 1[x > threshold] where a threshold is given

    Args:
        x: Array of any shape, values from 0 to 1.
        seed: Integer; the same seed gives the same draw. Unused with a threshold.
        threshold: Float from 0 up to, not including, 1. Defaults to None, a random draw.
    Returns:
        Float32 array of the shape of `x`, of zeros and ones.
    Raises:
        ValueError: If a value of `x` is NaN or outside [0, 1], or `threshold` outside [0, 1).
    Reference:
        Salakhutdinov and Murray, 2008, https://doi.org/10.1145/1390156.1390266
    Example:
        >>> from kerae.data import binarize
        >>> binarize([0.0, 0.4, 0.6, 1.0], threshold=0.5)
        array([0., 0., 1., 1.], dtype=float32)
    """
    x = np.asarray(x)
    if not np.all((x >= 0) & (x <= 1)):
        raise ValueError(
            f"Expected values of `x` from 0 to 1. Received: {x.min()} to {x.max()}. "
            "Divide 8-bit pixels by 255 and remove NaN first."
        )
    if threshold is None:
        threshold = np.random.default_rng(seed).random(x.shape, dtype=np.float32)
    elif not 0 <= threshold < 1:
        raise ValueError(
            f"Expected `threshold` from 0 up to, not including, 1. Received: {threshold}."
        )
    return (x > threshold).astype(np.float32)
