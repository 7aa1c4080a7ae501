import numpy as np

from ..checks.arguments import checked
from ..checks.extras import require
from ..checks.factors import as_codes_and_factors
from ..checks.types import Rows
from .gap import gap
from .mutual_information import mutual_information


@checked
def mutual_information_gap(codes: Rows, factors: Rows, num_bins: int = 20) -> float:
    """Whether each factor of variation is told by one dimension of the codes alone (MIG).

        MIG = mean over factors k of  (I(z_1st; v_k) - I(z_2nd; v_k)) / H(v_k)

    where z_1st and z_2nd are the two dimensions that tell most of v_k, and I and H are in nats. A
    dimension is cut into bins of equal width over its range, as in Locatello et al.; Chen et al.
    estimate I from q(z|x), which gives other numbers. A single outlier widens the bins, and
    changes the value. The order and the scale of dimensions do not, nor does a dead one.

    Args:
        codes: Array `(n, latent_dim)`.
        factors: Integer array `(n, num_factors)`, the number of the value of each.
        num_bins: Integer.
    Returns:
        Float between 0 and 1.

    Example:

    >>> factors = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    >>> round(kerae.metrics.mutual_information_gap(1.0 * factors, factors), 6)
    1.0

    Raises:
        ValueError: If codes are not finite, or a factor is none of integers that vary.
    Reference:
        Chen et al., 2018, https://arxiv.org/abs/1802.04942;
        Locatello et al., 2019, https://arxiv.org/abs/1811.12359
    """
    require("kerae.metrics.mutual_information_gap", "analysis", "sklearn")
    from sklearn.metrics import mutual_info_score

    codes, factors = as_codes_and_factors(codes, factors)
    entropy = np.array([mutual_info_score(v, v) for v in factors.T])
    return float(np.mean(gap(mutual_information(codes, factors, num_bins)) / entropy))
