"""Jacobians by automatic differentiation, as NumPy arrays."""

import numpy as np
from keras import ops

from kerae import backend


def jacobians(function, points):
    """Those of each row of `points`, `(n, size)`, of shape `(n, outputs, size)`."""
    points = ops.convert_to_tensor(points)
    count = function(points).shape[-1]
    pullback = backend.vjp(function, points)
    one = ops.ones((points.shape[0], 1), points.dtype)
    rows = [pullback(one * ops.one_hot([i], count, dtype=points.dtype)) for i in range(count)]
    return np.stack([np.asarray(ops.convert_to_numpy(row)) for row in rows], axis=1)


def log_determinants(motion, z, momentum):
    """log |det| of a motion of codes and momenta, a function that gives both first."""

    def both(points):
        return ops.concatenate(motion(*ops.split(points, 2, axis=-1))[:2], axis=-1)

    found = jacobians(both, np.concatenate([z, momentum], axis=-1))
    return np.linalg.slogdet(found)[1]
