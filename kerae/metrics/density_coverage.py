import numpy as np

from ..checks.arguments import checked
from ..checks.features import as_features
from ..checks.numbers import check_count
from ..checks.types import Rows
from .blocks import distances_and_radii


@checked
def density_coverage(
    real: Rows, made: Rows, k: int = 5, closed: bool = False
) -> tuple[float, float]:
    """How densely data surround what a model made, and how much of the data has some of it near.

        density  = 1/k mean over `made` of  the number of balls of `real` that it is within
        coverage = part of `real` with at least one of `made` within its ball

    The ball of an example reaches to its k-th nearest other in `real`. Density is 1 on average
    where both are of one distribution, and has no upper bound: it is far above 1 for a model that
    makes the most typical only, so it is no quality by itself. Coverage then stays high as well, if
    that is where most of the data are. Time grows with n^2, memory does not.

    Args:
        real: Array `(n, dim)`, features of data, with n above k.
        made: Array `(m, dim)`, the same features of what the model made.
        k: Integer.
        closed: Boolean, whether what lies just on its surface is within a ball: False as in the
            authors' package `prdc`.
    Returns:
        Pair of floats, density of at least 0, and coverage between 0 and 1.

    Example:

    >>> real, made = np.array([[0.0], [1.0], [2.0], [9.0]]), np.array([[0.1], [0.2]])
    >>> kerae.metrics.density_coverage(real, made, k=1)
    (2.0, 0.5)

    Raises:
        ValueError: If features are not finite, not as many in both, or there are not more than k
            of `real`.
    Reference:
        Naeem et al., 2020, https://arxiv.org/abs/2002.09797
    """
    check_count("k", k)
    real, made = as_features(real, made)
    if len(real) <= k:
        raise ValueError(
            f"Expected `real` of more examples than k. Received: {len(real)} and k={k}."
        )
    within = np.less_equal if closed else np.less
    pairs = distances_and_radii(real, made, k)
    counts = np.concatenate([within(each, radius).sum(axis=1) for each, radius in pairs])
    return float(counts.sum() / (k * len(made))), float(np.mean(counts > 0))
