import math

import numpy as np

from ..checks.arguments import checked
from ..checks.codes import as_finite
from ..checks.numbers import check_count
from ..checks.types import Rows


@checked
def bits_per_dimension(
    log_likelihood: Rows, num_dimensions: int, levels: int | None = None
) -> np.ndarray:
    """Log-likelihoods of examples in the unit of compression, comparable between sizes of images.

        bits = - log p(x) / (D log 2)                  of values that are counted, as binary pixels
        bits = - log p(x) / (D log 2) + log2(levels)   of densities of x = values / levels

    The second is an upper bound of what the discrete values take, if noise that fills the steps
    between values was added to the data, as by uniform draws.

    Args:
        log_likelihood: Array `(n,)` in nats, what `model.log_likelihood` gives.
        num_dimensions: Integer D, how many numbers an example has.
        levels: Integer, how many values a number had before it was scaled to [0, 1], as 256 of
            8-bit pixels. Defaults to None, for values that are counted.
    Returns:
        Array `(n,)`.

    Example:

    >>> kerae.metrics.bits_per_dimension([-784 * np.log(2)], 784)  # as guessing binary pixels
    array([1.])
    >>> kerae.metrics.bits_per_dimension([0.0], 784, levels=256)  # as guessing 8-bit pixels
    array([8.])

    Raises:
        ValueError: If log-likelihoods are not finite, or a number is none of at least 1.
    Reference:
        Theis, van den Oord and Bethge, 2016, https://arxiv.org/abs/1511.01844
    """
    check_count("num_dimensions", num_dimensions)
    if levels is not None:
        check_count("levels", levels, least=2)
    bits = -as_finite(log_likelihood, "log_likelihood") / (num_dimensions * math.log(2))
    return bits if levels is None else bits + math.log2(levels)
