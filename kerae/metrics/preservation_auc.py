import numpy as np

from ..checks.codes import as_finite
from ..checks.types import Rows


def preservation_auc(preservation: Rows) -> float:
    """How well a picture keeps neighborhoods of all sizes, small ones most: one number.

        R_NX(K) = ((n - 1) Q_NX(K) - K) / (n - 1 - K)
        AUC     = sum of R_NX(K) / K  divided by  sum of 1 / K,     K from 1 to n - 2

    R_NX is what is kept beyond chance, and the AUC the area below it over log K.

    Args:
        preservation: Array `(n - 1,)`, the Q_NX(K) of `kerae.metrics.neighborhood_preservation`.
    Returns:
        Float: 1 if every neighborhood is kept, about 0 for a picture that has nothing to do with
        the codes.

    Example:

    >>> kerae.metrics.preservation_auc(np.array([0.5, 1.0, 1.0]))  # R_NX is 1/4 and 1
    0.5

    Raises:
        ValueError: If there are fewer than 2 values.
    Reference:
        Lee et al., 2013, https://doi.org/10.1016/j.neucom.2012.12.036 (R_NX);
        Lee et al., 2015, https://doi.org/10.1016/j.neucom.2014.12.095 (its area over log K)
    """
    preservation = as_finite(preservation, "preservation")
    if preservation.ndim != 1 or len(preservation) < 2:
        raise ValueError(
            "Expected `preservation` to be the Q_NX(K) of at least 3 examples, 2 values. "
            f"Received: shape {preservation.shape}."
        )
    others = len(preservation)  # n - 1
    k = np.arange(1, others)
    beyond_chance = (others * preservation[:-1] - k) / (others - k)
    return float(np.average(beyond_chance, weights=1 / k))
