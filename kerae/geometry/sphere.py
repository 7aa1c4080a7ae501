import numpy as np

from .geometry import Geometry

PARALLEL = 1e-4  # the sine of the angle between codes below which they count as parallel


class Sphere(Geometry):
    """The sphere of codes of length 1: the angle between them, and great circles.

        distance = omega = arccos(a . b)
        path     = sin((1 - t) omega) / sin(omega) a + sin(t omega) / sin(omega) b

    Of codes of other lengths, the path keeps them between those of its ends. Of the ways between
    opposite codes, which are as long in all directions, it is one.

    Example:

    >>> float(kerae.geometry.Sphere().distance(np.array([1.0, 0.0]), np.array([0.0, 1.0])))
    1.570796...

    Reference:
        Shoemake, 1985, https://doi.org/10.1145/325165.325242 (spherical interpolation)
    """

    way = "a great circle"

    def path(self, a: np.ndarray, b: np.ndarray, t: np.ndarray) -> np.ndarray:
        omega = self.distance(a, b)[..., None]
        parallel = np.sin(omega) < PARALLEL
        safe = np.where(parallel, 1.0, omega)
        curved = (np.sin((1 - t) * safe) * a + np.sin(t * safe) * b) / np.sin(safe)
        opposite = parallel & (omega > 1.0)
        if opposite.any():
            # Of all the great circles one, by way of a code at a right angle to both.
            across = _at_right_angle(a)
            half = np.where(t < 0.5, self.path(a, across, 2 * t), self.path(across, b, 2 * t - 1))
            curved = np.where(opposite, half, curved)
        # Nearly equal codes, where the formula divides by zero, lie on a straight line.
        return np.where(parallel & ~opposite, (1 - t) * a + t * b, curved)

    def distance(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        lengths = np.linalg.norm(a, axis=-1) * np.linalg.norm(b, axis=-1)
        cosine = np.sum(a * b, axis=-1) / np.maximum(lengths, 1e-12)
        return np.arccos(np.clip(cosine, -1.0, 1.0))

    def end_of(self, v: np.ndarray) -> np.ndarray:
        return self.onto(v)

    def onto(self, z: np.ndarray) -> np.ndarray:
        return z / np.maximum(np.linalg.norm(z, axis=-1, keepdims=True), 1e-12)


def _at_right_angle(z):
    """A code of the same length at a right angle to each, `(…, latent_dim)`."""
    axis = np.eye(z.shape[-1], dtype=z.dtype)[np.argmin(np.abs(z), axis=-1)]
    squared = np.maximum(np.sum(z**2, axis=-1, keepdims=True), 1e-24)
    across = axis - np.sum(axis * z, axis=-1, keepdims=True) / squared * z
    return across * np.sqrt(squared) / np.linalg.norm(across, axis=-1, keepdims=True)
