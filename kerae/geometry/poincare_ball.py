import keras
import numpy as np
from keras import ops

from ..checks.numbers import check_positive
from ..ops.hyperbolic import distance, exponential, inside, logarithm, to_ball
from .geometry import Geometry


class PoincareBall(Geometry):
    """Hyperbolic space as a ball, |z| < 1 / sqrt(c): trees fit into it as grids do into flat space.

        distance = 2 / sqrt(c) * artanh(sqrt(c) |-a (+) b|)
        path     = exp_a(t * log_a(b))

    with Möbius' addition (+); see `kerae.ops.hyperbolic`.

    Args:
        curvature: Float, the c of a space of curvature -c. Defaults to 1.

    Example:

    >>> float(kerae.geometry.PoincareBall().distance(np.zeros(2), np.array([0.5, 0.0])))
    1.098612...

    Raises:
        ValueError: If `curvature` is not positive.
    Reference:
        Mathieu et al., 2019, https://arxiv.org/abs/1901.06033
    """

    way = "a geodesic"

    def __init__(self, curvature: float = 1.0) -> None:
        check_positive("curvature", curvature)
        self.curvature = curvature

    def path(self, a: np.ndarray, b: np.ndarray, t: np.ndarray) -> np.ndarray:
        a, b, t = map(_tensor, (a, b, t))
        towards = logarithm(a, b, self.curvature)
        return ops.convert_to_numpy(exponential(a, t * towards, self.curvature))

    def distance(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return ops.convert_to_numpy(distance(_tensor(a), _tensor(b), self.curvature))[..., 0]

    def end_of(self, v: np.ndarray) -> np.ndarray:
        return ops.convert_to_numpy(to_ball(_tensor(v), self.curvature))

    def onto(self, z: np.ndarray) -> np.ndarray:
        return ops.convert_to_numpy(inside(_tensor(z), self.curvature))


def _tensor(array):
    return ops.convert_to_tensor(array, keras.config.floatx())
