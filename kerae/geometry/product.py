from collections.abc import Sequence

import numpy as np

from .geometry import Geometry


class Product(Geometry):
    """Codes of several spaces side by side: a shortest way is one in each of them.

        distance^2 = sum over spaces of distance in it, squared

    Args:
        parts: Sequence of `kerae.geometry.Geometry`.
        sizes: Sequence of integers, the elements of a code that lie in each.

    Example:

    >>> plane, sphere = kerae.geometry.Euclidean(), kerae.geometry.Sphere()
    >>> space = kerae.geometry.Product([plane, sphere], [1, 2])
    >>> space.path(np.array([0.0, 1, 0]), np.array([1.0, 0, 1]), np.array([0.5])).round(3)
    array([0.5  , 0.707, 0.707])
    """

    way = "a way that is shortest in each part of the code"

    def __init__(self, parts: Sequence[Geometry], sizes: Sequence[int]) -> None:
        self.parts = tuple(parts)
        self.sizes = tuple(sizes)

    def path(self, a: np.ndarray, b: np.ndarray, t: np.ndarray) -> np.ndarray:
        pieces = zip(self.parts, self._split(a), self._split(b))
        return np.concatenate([part.path(one, other, t) for part, one, other in pieces], axis=-1)

    def distance(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        pieces = zip(self.parts, self._split(a), self._split(b))
        return np.sqrt(sum(part.distance(one, other) ** 2 for part, one, other in pieces))

    def end_of(self, v: np.ndarray) -> np.ndarray:
        pieces = zip(self.parts, self._split(v))
        return np.concatenate([part.end_of(piece) for part, piece in pieces], axis=-1)

    def onto(self, z: np.ndarray) -> np.ndarray:
        pieces = zip(self.parts, self._split(z))
        return np.concatenate([part.onto(piece) for part, piece in pieces], axis=-1)

    def _split(self, z):
        return np.split(z, np.cumsum(self.sizes)[:-1], axis=-1)
