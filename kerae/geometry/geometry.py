"""What is asked of the space that codes lie in."""

import numpy as np


class Geometry:
    """A space of codes, as NumPy arrays `(…, latent_dim)`: what lies between two, and how far.

    Attributes:
        way: String, what a shortest way is called, as "a straight line".
    """

    way: str

    def path(self, a: np.ndarray, b: np.ndarray, t: np.ndarray) -> np.ndarray:
        """The codes at parts `t` of the shortest way from `a` (0) to `b` (1); all broadcast."""
        raise NotImplementedError

    def distance(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """The length of the shortest way, without the last axis."""
        raise NotImplementedError

    def end_of(self, v: np.ndarray) -> np.ndarray:
        """The code at the end of the shortest way from the center along `v`, of its length; on a
        sphere, which has no center, the code in its direction."""
        return v

    def onto(self, z: np.ndarray) -> np.ndarray:
        """The code of the space that is nearest to `z`, which may lie beside it."""
        return z
