import numpy as np

from ..checks.features import as_features
from ..checks.types import Rows


def frechet_distance(real: Rows, made: Rows) -> float:
    """How far features of what a model made are from those of data, each taken as one normal.

        d^2 = |m - m'|^2 + tr(S + S' - 2 (S S')^(1/2))

    with means m and covariances S (of divisor n - 1): the squared 2-Wasserstein distance of the
    two normals. On the features of an Inception network it is the FID. It depends on the features,
    so name them beside the number. It is too large for few examples, the more so the more features
    there are: compare only numbers of equally many, or take `kerae.metrics.kernel_distance`, which
    has no such bias. What two sets share beyond mean and covariance it does not see.

    Args:
        real: Array `(n, dim)`, features of data.
        made: Array `(m, dim)`, the same features of what the model made.
    Returns:
        Float of at least 0, in the squared unit of the features.

    Example:

    >>> real = np.array([[0.0], [2.0]])  # of mean 1 and variance 2
    >>> kerae.metrics.frechet_distance(real, real + 3)
    9.0

    Raises:
        ValueError: If features are not finite, or not as many in both.
    Reference:
        Dowson and Landau, 1982, https://doi.org/10.1016/0047-259X(82)90077-X;
        Heusel et al., 2017, https://arxiv.org/abs/1706.08500
    """
    real, made = as_features(real, made)
    (mean, root), (other_mean, other_root) = _moments(real), _moments(made)
    # With S = R'R, the eigenvalues of S S' are the squared singular values of R_1 R_2', which needs
    # no root of a rounding error.
    shared = np.linalg.svd(root @ other_root.T, compute_uv=False).sum()
    spread = np.sum(root**2) + np.sum(other_root**2) - 2 * shared
    return float(np.sum((mean - other_mean) ** 2) + max(spread, 0.0))


def _moments(x):
    """The mean, and a triangular root R of the covariance R'R."""
    mean = x.mean(axis=0)
    return mean, np.linalg.qr(x - mean, mode="r") / np.sqrt(len(x) - 1)
