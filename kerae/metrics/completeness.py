from ..checks.given import as_array
from ..checks.types import Rows
from .concentration import concentration


def completeness(importance: Rows) -> float:
    """Whether one dimension of the codes alone is important for each factor: the C of DCI.

        C = sum over factors k of  w_k (1 - H_J(p_k)),     p_jk = R_jk / sum over j of R_jk

    with the entropy H_J to the base of the number J of dimensions, and w_k the part of all
    importance that is in column k. More dimensions make it larger, as dead ones raise J.

    Args:
        importance: Array `(J, num_factors)`, R, how important each dimension is to predict each
            factor. Its absolute values count.
    Returns:
        Float between 0 and 1.

    Example:

    >>> round(kerae.metrics.completeness([[1, 0], [0, 1], [0, 1]]), 3)
    0.579

    Raises:
        ValueError: If there are fewer than two dimensions or factors.
    Reference:
        Eastwood and Williams, 2018, https://openreview.net/forum?id=By-7dz-AZ
    """
    return concentration(as_array(importance, "importance").T)
