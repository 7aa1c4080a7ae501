import numpy as np

from ..checks.arguments import checked
from ..checks.factors import as_codes_and_factors
from ..checks.types import Rows


@checked
def interventional_robustness(codes: Rows, factors: Rows, quantile: float = 0.99) -> float:
    """Whether each dimension of the codes stays where it is while other factors change (IRS).

        IRS = sum over dimensions j of  w_j max over factors k of  (1 - e_jk / m_j)

    with m_j the largest |z_j - mean z_j|, w_j = m_j / sum of m, and e_jk how far z_j goes while v_k
    stays: the mean over values of v_k of a quantile of |z_j - mean of z_j given v_k|. Dead
    dimensions are left out; codes that are all dead have 0. Factors are taken to be independent.
    Codes of mere noise have more than 0, the more the fewer examples share a value. The unit of all
    codes does not matter, but a dimension of larger scale weighs more.

    Args:
        codes: Array `(n, latent_dim)`.
        factors: Integer array `(n, num_factors)`, the number of the value of each.
        quantile: Float above 0, and at most 1: 0.99 as in the library of Locatello et al., 1 for
            the largest distance, as in the paper.
    Returns:
        Float of at most 1.

    Example:

    >>> factors = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    >>> kerae.metrics.interventional_robustness(1.0 * factors, factors)
    1.0

    Raises:
        ValueError: If codes are not finite, or a factor is none of integers that vary.
    Reference:
        Suter et al., 2019, https://arxiv.org/abs/1811.00007
    """
    if not 0 < quantile <= 1:
        raise ValueError(
            f"Expected `quantile` to be above 0, and at most 1. Received: quantile={quantile}."
        )
    codes, factors = as_codes_and_factors(codes, factors)
    codes = codes[:, np.ptp(codes, axis=0) > 0]
    if not codes.shape[1]:
        return 0.0
    farthest = np.abs(codes - codes.mean(axis=0)).max(axis=0)
    moved = np.array([_moved(codes, values, quantile) for values in factors.T])
    return float(np.average(1 - moved.min(axis=0) / farthest, weights=farthest))


def _moved(codes, values, quantile):
    """How far each dimension goes from its mean while a factor has one value."""
    groups = (codes[values == value] for value in np.unique(values))
    moves = [np.quantile(np.abs(z - z.mean(axis=0)), quantile, axis=0) for z in groups]
    return np.mean(moves, axis=0)
