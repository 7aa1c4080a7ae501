from collections.abc import Callable, Iterable

from ..checks.types import ArrayLike
from .reconstructed import total_spread


def centered_explained_variance(x: ArrayLike | Iterable, x_hat: ArrayLike | Callable) -> float:
    """The part of the variance that a reconstruction explains, a constant offset forgiven.

        1 - sum over dimensions of Var(x - x_hat) / sum over dimensions of Var(x)

    A reconstruction that is always off by the same vector has 1 here: the mean of the residual is
    subtracted first. `kerae.metrics.explained_variance` does not forgive it, and so

        explained_variance = centered_explained_variance - |mean(x - x_hat)|^2 / sum of Var(x)

    is never above this one. dictionary_learning logs this one, a batch at a time; here the means
    are those of all examples, so that it does not depend on how they are batched.

    Args:
        x: As for `kerae.metrics.explained_variance`.
        x_hat: As for `kerae.metrics.explained_variance`.
    Returns:
        Float, at most 1; below 0 where the residual varies more than the data.

    Example:

    >>> x = np.array([[0.0], [2.0], [4.0]])
    >>> kerae.metrics.centered_explained_variance(x, x + 1)
    1.0

    Raises:
        ValueError: If both are not of one shape, not finite, or `x` does not vary.
    Reference:
        Marks et al., 2024, https://github.com/saprmarks/dictionary_learning
    """
    data, residual, _ = total_spread(x, x_hat)
    return float(1 - residual.value / data.value)
