import numpy as np

from ..checks.codes import as_finite
from ..checks.types import Rows

TINY = 1e-11  # keeps entropies of rows of zeros finite


def concentration(importance: Rows) -> float:
    """How much of each row is in one of its K entries: rows weighted by their sums.

        sum over rows j of  w_j (1 - H_K(p_j)),     p_jk = R_jk / sum over k of R_jk

    with the entropy H_K to the base K, and w_j the part of all R that is in row j.

    Raises:
        ValueError: If `importance` is no matrix of finite numbers, with two rows and columns.
    """
    from scipy.stats import entropy

    importance = np.abs(as_finite(importance, "importance").astype("float64"))
    if importance.ndim != 2 or min(importance.shape) < 2:
        raise ValueError(
            "Expected `importance` of at least two dimensions and two factors. Received: shape "
            f"{importance.shape}."
        )
    if not importance.any():
        return 0.0
    each = 1 - entropy(importance + TINY, base=importance.shape[1], axis=1)
    return float(np.average(each, weights=importance.sum(axis=1)))
