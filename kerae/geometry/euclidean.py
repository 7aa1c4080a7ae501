import numpy as np

from .geometry import Geometry


class Euclidean(Geometry):
    """Flat space: |a - b|, and straight lines.

    Example:

    >>> float(kerae.geometry.Euclidean().distance(np.zeros(2), np.array([3.0, 4.0])))
    5.0
    """

    way = "a straight line"

    def path(self, a: np.ndarray, b: np.ndarray, t: np.ndarray) -> np.ndarray:
        return (1 - t) * a + t * b

    def distance(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return np.linalg.norm(a - b, axis=-1)
