import numpy as np

from ..checks.codes import as_codes
from ..checks.numbers import check_number
from ..checks.types import Rows


def active_units(z: Rows, threshold: float = 0.01) -> np.ndarray:
    """Which code units carry information: their mean varies from example to example.

        active_j = Var_x( E_q(z|x)[z_j] ) > threshold

    Args:
        z: Array `(n, latent_dim)`, what `model.encode` gives.
        threshold: Float, in the squared unit of the codes.
    Returns:
        Boolean array `(latent_dim,)`; its sum is the number of active units.

    Example:

    >>> kerae.metrics.active_units(np.array([[0.0, 1.0], [2.0, 1.0]])).tolist()
    [True, False]

    Raises:
        ValueError: If codes are not finite, or there are fewer than two.
    Reference:
        Burda et al., 2016, https://arxiv.org/abs/1509.00519
    """
    check_number("threshold", threshold)
    z = as_codes(z)
    return np.var(z, axis=0) > threshold
