import numpy as np

from ..checks.features import as_features
from ..checks.types import Rows
from .blocks import blocks


def kernel_distance(real: Rows, made: Rows) -> float:
    """How far features of what a model made are from those of data: the squared MMD, unbiased.

        d^2 = mean of k(x_i, x_j) over i != j + mean of k(y_i, y_j) over i != j
              - 2 mean of k(x_i, y_j),          k(x, y) = (x.y / dim + 1)^3

    On the features of an Inception network it is the KID. It is taken over all examples at once;
    the paper's authors average it over subsets of 1,000, which has the same mean. Unlike
    `kerae.metrics.frechet_distance` its mean does not depend on the number of examples. It depends
    on the features and their unit, so name them beside the number. Time grows with n^2, memory does
    not.

    Args:
        real: Array `(n, dim)`, features of data.
        made: Array `(m, dim)`, the same features of what the model made.
    Returns:
        Float, 0 on average where both are of one distribution, and so below 0 at times.

    Example:

    >>> kerae.metrics.kernel_distance(np.array([[0.0], [1.0]]), np.array([[1.0], [1.0]]))
    0.0

    Raises:
        ValueError: If features are not finite, or not as many in both.
    Reference:
        Binkowski et al., 2018, https://arxiv.org/abs/1801.01401;
        Gretton et al., 2012, https://jmlr.org/papers/v13/gretton12a.html
    """
    real, made = as_features(real, made)
    between = sum(_kernel(rows, made).sum() for rows in blocks(real, made))
    mean_between = between / (len(real) * len(made))
    return float(_mean_within(real) + _mean_within(made) - 2 * mean_between)


def _kernel(x, y):
    root = x @ y.T / x.shape[1] + 1
    return root * root * root  # a power takes many times as long


def _mean_within(x):
    total = sum(_kernel(rows, x).sum() for rows in blocks(x, x))
    own = np.sum((np.sum(x**2, axis=1) / x.shape[1] + 1) ** 3)
    return (total - own) / (len(x) * (len(x) - 1))
