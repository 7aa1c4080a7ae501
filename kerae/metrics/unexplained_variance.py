from collections.abc import Callable, Iterable

from ..checks.types import ArrayLike
from .reconstructed import total_spread


def unexplained_variance(x: ArrayLike | Iterable, x_hat: ArrayLike | Callable) -> float:
    """The fraction of variance unexplained (FVU): the squared error against that of the mean.

        FVU = sum over examples of |x - x_hat|^2 / sum over examples of |x - mean(x)|^2

    A reconstruction by the mean of all examples has 1. It is 1 less
    `kerae.metrics.explained_variance`. sparsify trains on this one, with the mean of the batch;
    here it is that of all examples.

    Args:
        x: As for `kerae.metrics.explained_variance`.
        x_hat: As for `kerae.metrics.explained_variance`.
    Returns:
        Float of at least 0, above 1 where the mean were a better reconstruction.

    Example:

    >>> x = np.array([[0.0], [2.0], [4.0]])
    >>> kerae.metrics.unexplained_variance(x, np.full((3, 1), 2.0))
    1.0

    Raises:
        ValueError: If both are not of one shape, not finite, or `x` does not vary.
    Reference:
        Gao et al., 2024, https://arxiv.org/abs/2406.04093
    """
    data, _, squares = total_spread(x, x_hat)
    return float(squares / data.value)
