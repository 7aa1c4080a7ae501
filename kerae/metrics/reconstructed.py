"""Data and their reconstructions, of more examples than fit into memory, a block at a time."""

from collections.abc import Callable, Iterable, Iterator

import numpy as np

from ..checks.arrays import check_finite
from ..checks.given import as_array, is_array
from ..checks.types import ArrayLike
from .blocks import row_blocks


class Spread:
    """The sum of squared distances of rows from their mean, a block at a time.

    Blocks are merged as Chan et al., 1983, do: no sum of squares, of which little would be left
    where the mean is large, is taken.
    """

    def __init__(self) -> None:
        self.count, self.mean, self.value = 0, np.zeros(()), 0.0

    def add(self, rows: np.ndarray) -> None:
        mean = rows.mean(axis=0)
        difference, total = mean - self.mean, self.count + len(rows)
        between = np.square(difference).sum() * self.count * len(rows) / total
        self.value += np.square(rows - mean).sum() + between
        self.mean = self.mean + difference * len(rows) / total
        self.count = total


def reconstructed_blocks(
    x: ArrayLike | Iterable, x_hat: ArrayLike | Callable
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Pairs of blocks `(rows, dim)` in double precision.

    Args:
        x: Array `(n, ...)`; or, if `x_hat` is a function, an iterable of arrays.
        x_hat: Array of the shape of `x`, or a function that gives it of some rows of `x`.
    Raises:
        ValueError: If they do not fit each other, or are not finite.
    """
    if not callable(x_hat):
        x, x_hat = as_array(x, "x"), as_array(x_hat, "x_hat")
        _check_pair(x, x_hat)
        width = x[0].size
        pairs = zip(row_blocks(x, width), row_blocks(x_hat, width))
    else:
        pairs = _computed(x, x_hat)
    for rows, rows_hat in pairs:
        check_finite(rows, "x")
        check_finite(rows_hat, "x_hat")
        both = (each.reshape(len(each), -1).astype("float64") for each in (rows, rows_hat))
        yield next(both), next(both)


def total_spread(x, x_hat):
    """`Spread` of x and of x - x_hat, and the sum of squares of x - x_hat.

    Raises:
        ValueError: If all rows of x are equal, so that there is nothing to explain.
    """
    data, residual, squares = Spread(), Spread(), 0.0
    for rows, rows_hat in reconstructed_blocks(x, x_hat):
        data.add(rows)
        residual.add(rows - rows_hat)
        squares += np.square(rows - rows_hat).sum()
    if not data.value > 0:
        raise ValueError(
            f"Expected examples `x` that differ. Received: {data.count} times the same, of which "
            "there is no variance to explain."
        )
    return data, residual, squares


def _computed(x, function):
    for each in [x] if is_array(x) or not isinstance(x, Iterable) else x:
        block = as_array(each, "x")
        _check_pair(block, block)
        for rows in row_blocks(block, block[0].size):
            rows_hat = as_array(function(rows), "x_hat")
            _check_pair(rows, rows_hat)
            yield rows, rows_hat


def _check_pair(x, x_hat):
    if x.ndim < 2 or x.size == 0:
        raise ValueError(f"Expected `x` of shape (n, ...) with examples. Received: {x.shape}.")
    if x.shape != x_hat.shape:
        raise ValueError(
            f"Expected `x_hat` of the shape of `x`, {x.shape}. Received: shape {x_hat.shape}."
        )
