import numpy as np

from .geometry import Geometry


class Sphere(Geometry):
    """The sphere of codes of length 1: the angle between them, and great circles.

        distance = omega = arccos(a . b)
        path     = sin((1 - t) omega) / sin(omega) a + sin(t omega) / sin(omega) b

    Of codes of other lengths, the path keeps them between those of its ends.

    Example:

    >>> float(kerae.geometry.Sphere().distance(np.array([1.0, 0.0]), np.array([0.0, 1.0])))
    1.570796...

    Reference:
        Shoemake, 1985, https://doi.org/10.1145/325165.325242 (spherical interpolation)
    """

    way = "a great circle"

    def path(self, a: np.ndarray, b: np.ndarray, t: np.ndarray) -> np.ndarray:
        omega = self.distance(a, b)[..., None]
        # Nearly parallel codes, where the formula divides by zero, lie on a straight line.
        straight = np.sin(omega) < 1e-4
        safe = np.where(straight, 1.0, omega)
        curved = (np.sin((1 - t) * safe) * a + np.sin(t * safe) * b) / np.sin(safe)
        return np.where(straight, (1 - t) * a + t * b, curved)

    def distance(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        lengths = np.linalg.norm(a, axis=-1) * np.linalg.norm(b, axis=-1)
        cosine = np.sum(a * b, axis=-1) / np.maximum(lengths, 1e-12)
        return np.arccos(np.clip(cosine, -1.0, 1.0))

    def onto(self, z: np.ndarray) -> np.ndarray:
        return z / np.maximum(np.linalg.norm(z, axis=-1, keepdims=True), 1e-12)
