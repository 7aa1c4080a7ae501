"""The unit sphere: its area, and vectors brought onto it."""

import math

from keras import ops

from ..checks.types import Tensor


def log_area(dim: int) -> float:
    """The logarithm of the area of the unit sphere in `dim` dimensions; of both points in one."""
    return math.log(2.0) + 0.5 * dim * math.log(math.pi) - math.lgamma(0.5 * dim)


def on_sphere(vector: Tensor) -> Tensor:
    """The vector brought to length 1; one of length 0 stays so."""
    squared = ops.sum(ops.square(vector), axis=-1, keepdims=True)
    return vector * ops.rsqrt(ops.maximum(squared, 1e-24))
