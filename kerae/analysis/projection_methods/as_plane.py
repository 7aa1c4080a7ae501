import numpy as np

from ..fitting.as_float32 import as_float32


def as_plane(z):
    """Codes as methods for the plane take them: a single dimension gets a second one of 0."""
    z = as_float32(z)
    return np.pad(z, ((0, 0), (0, 1))) if z.shape[1] == 1 else z
