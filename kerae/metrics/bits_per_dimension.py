import math

import numpy as np

from ..checks.codes import as_finite
from ..checks.parts import checked_shape
from ..checks.types import ArrayLike, Shape


def bits_per_dimension(nats: ArrayLike, shape: Shape) -> np.ndarray:
    """Nats of an example as bits for each of its values, as likelihoods of images are compared.

        bits = nats / (D log 2),   D = the number of values

    Args:
        nats: Array, such as `-model.log_likelihood(x)`, or one number.
        shape: Tuple, the shape of one example.
    Returns:
        Array of the shape of `nats`. Densities of pixels that were divided by 256 have 8 bits more
        when they are those of 256 levels.

    Example:

    >>> float(kerae.metrics.bits_per_dimension(np.log(2) * 784, (28, 28, 1)))
    1.0

    Raises:
        ValueError: If `nats` are not finite, or `shape` is none.
    """
    shape = checked_shape("shape", shape)
    return as_finite(np.atleast_1d(nats), "nats").reshape(np.shape(nats)) / (
        math.prod(shape) * math.log(2)
    )
