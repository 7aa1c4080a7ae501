from collections.abc import Iterable

import numpy as np

from ..checks.types import ArrayLike
from .activations import activation_blocks


def firing_frequency(z: ArrayLike | Iterable) -> np.ndarray:
    """How often each feature of a dictionary is active.

        frequency_j = mean over examples of [ z_j is not 0 ]

    Args:
        z: Array `(n, latent_dim)`, the activations, as `encode` of a dictionary gives them; or an
            iterable of such arrays, a part of the examples each, of which one at a time is in
            memory.
    Returns:
        Array `(latent_dim,)`, shares from 0 to 1. Their sum is `kerae.metrics.l0`.

    Example:

    >>> kerae.metrics.firing_frequency(np.array([[0.0, 2.0], [0.0, 0.0]]))
    array([0. , 0.5])

    Raises:
        ValueError: If activations are not finite, or of different numbers of features.
    Reference:
        Bricken et al., 2023, https://transformer-circuits.pub/2023/monosemantic-features
    """
    total, counts = 0, np.zeros((), "int64")
    for rows in activation_blocks(z):
        total += len(rows)
        counts = counts + np.count_nonzero(rows, axis=0)
    return counts / total
