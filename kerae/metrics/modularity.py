import numpy as np

from ..checks.arguments import checked
from ..checks.extras import require
from ..checks.factors import as_codes_and_factors
from ..checks.types import Rows
from .mutual_information import mutual_information


@checked
def modularity(codes: Rows, factors: Rows, num_bins: int = 20) -> float:
    """Whether each dimension of the codes tells of one factor of variation alone.

        modularity = mean over dimensions j of
                     1 - sum over k != k* of I(z_j; v_k)^2 / ((K - 1) max_k I(z_j; v_k)^2)

    where k* is the factor of K that z_j tells most of, with bins as in
    `kerae.metrics.mutual_information_gap`. It does not ask how much is told: codes of mere noise
    have about 0.6, so by itself it says nothing. A dimension that tells nothing at all, as a dead
    one, counts as 0, as in the library of Locatello et al.; to leave such out give
    `codes[:, kerae.metrics.active_units(codes)]`.

    Args:
        codes: Array `(n, latent_dim)`.
        factors: Integer array `(n, K)`, the number of the value of each, K of at least 2.
        num_bins: Integer.
    Returns:
        Float between 0 and 1.

    Example:

    >>> factors = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    >>> kerae.metrics.modularity(1.0 * factors, factors)
    1.0

    Raises:
        ValueError: If codes are not finite, there is one factor only, or a factor is none of
            integers that vary.
    Reference:
        Ridgeway and Mozer, 2018, https://arxiv.org/abs/1802.05312
    """
    require("kerae.metrics.modularity", "analysis", "sklearn")
    codes, factors = as_codes_and_factors(codes, factors, least=2)
    squared = mutual_information(codes, factors, num_bins) ** 2
    most = squared.max(axis=1)
    told = most > 0
    others = (squared.sum(axis=1) - most)[told] / (most[told] * (factors.shape[1] - 1))
    return float(np.sum(1 - others) / len(most))
