from collections.abc import Iterable

from ..checks.types import ArrayLike
from .firing_frequency import firing_frequency


def l0(z: ArrayLike | Iterable) -> float:
    """How many features are active, on average over examples.

        L0 = mean over examples of  sum over features j of [ z_j is not 0 ]

    Args:
        z: Array `(n, latent_dim)` of activations, or an iterable of such blocks, as for
            `kerae.metrics.firing_frequency`.
    Returns:
        Float, from 0 to `latent_dim`.

    Example:

    >>> kerae.metrics.l0(np.array([[0.0, 2.0, 1.0], [0.0, 0.0, 0.0]]))
    1.0

    Raises:
        ValueError: If activations are not finite, or of different numbers of features.
    Reference:
        Rajamanoharan et al., 2024, https://arxiv.org/abs/2404.16014
    """
    return float(firing_frequency(z).sum())
