from ..checks.types import Rows
from .concentration import concentration


def disentanglement(importance: Rows) -> float:
    """Whether each dimension of the codes is important for one factor alone: the D of DCI.

        D = sum over dimensions j of  w_j (1 - H_K(p_j)),     p_jk = R_jk / sum over k of R_jk

    with the entropy H_K to the base of the number K of factors, and w_j the part of all importance
    that is in row j.

    Args:
        importance: Array `(latent_dim, K)`, R, how important each dimension is to predict each
            factor. Its absolute values count.
    Returns:
        Float between 0 and 1.

    Example:

    >>> round(kerae.metrics.disentanglement([[1, 0], [0, 1], [0, 0]]), 6)
    1.0

    Raises:
        ValueError: If there are fewer than two dimensions or factors.
    Reference:
        Eastwood and Williams, 2018, https://openreview.net/forum?id=By-7dz-AZ
    """
    return concentration(importance)
