import numpy as np

from ..checks.arguments import checked
from ..checks.features import as_features
from ..checks.numbers import check_count
from ..checks.types import Rows
from .blocks import distances_and_radii, radii


@checked
def precision_recall(
    real: Rows, made: Rows, k: int = 5, closed: bool = False
) -> tuple[float, float]:
    """How much of what a model made looks like data, and how much of the data it makes.

        precision = part of `made` within the ball of at least one of `real`
        recall    = part of `real` within the ball of at least one of `made`

    The ball of an example reaches to its k-th nearest other of the same set. An outlier of `real`
    has a large ball, and lends precision to what falls into it; `kerae.metrics.density_coverage` is
    less open to that. Both depend on the features and on n: compare numbers of equally many. Time
    grows with n^2, memory does not.

    Args:
        real: Array `(n, dim)`, features of data, with n above k.
        made: Array `(m, dim)`, the same features of what the model made, with m above k.
        k: Integer.
        closed: Boolean, whether what lies just on its surface is within a ball: False as in the
            package `prdc`, True as in the paper.
    Returns:
        Pair of floats between 0 and 1, precision and recall.

    Example:

    >>> real, made = np.array([[0.0], [1.0], [2.0]]), np.array([[0.2], [0.3], [9.0]])
    >>> precision, recall = kerae.metrics.precision_recall(real, made, k=1)
    >>> round(precision, 3), round(recall, 3)
    (0.667, 0.667)

    Raises:
        ValueError: If features are not finite, not as many in both, or there are not more than k
            examples.
    Reference:
        Kynkäänniemi et al., 2019, https://arxiv.org/abs/1904.06991
    """
    check_count("k", k)
    real, made = as_features(real, made, least=k + 1)
    within = np.less_equal if closed else np.less
    radius_of_made, near_real, near_made = radii(made, k), np.zeros(len(made), bool), []
    for each, radius_of_real in distances_and_radii(real, made, k):
        near_real |= within(each, radius_of_real).any(axis=0)
        near_made.append(within(each, radius_of_made).any(axis=1))
    return float(near_real.mean()), float(np.concatenate(near_made).mean())
