from collections.abc import Callable, Iterable

from ..checks.types import ArrayLike
from .unexplained_variance import unexplained_variance


def explained_variance(x: ArrayLike | Iterable, x_hat: ArrayLike | Callable) -> float:
    """The part of the variance of the data that reconstructions explain, which models log too.

        1 - sum over examples of |x - x_hat|^2 / sum over examples of |x - mean(x)|^2

    or 1 - `kerae.metrics.unexplained_variance`; in statistics it is called R^2. A constant offset
    of all reconstructions counts as error; `kerae.metrics.centered_explained_variance` forgives it.

    Args:
        x: Array `(n, ...)`; or, if `x_hat` is a function, an iterable of arrays, of which one at a
            time is in memory.
        x_hat: Array of the shape of `x`, or a function of some examples that gives their
            reconstructions, such as `model.reconstruct`.
    Returns:
        Float, at most 1; below 0 where the mean were a better reconstruction.

    Example:

    >>> x = np.array([[0.0], [2.0], [4.0]])
    >>> kerae.metrics.explained_variance(x, x + 1)
    0.625

    Raises:
        ValueError: If both are not of one shape, not finite, or `x` does not vary.
    """
    return 1 - unexplained_variance(x, x_hat)
