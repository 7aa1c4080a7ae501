"""Where a dictionary starts: the middle of its data, and their scale."""

import math
import warnings

import numpy as np

CENTERS = ("mean", "median")
STEPS, TOLERANCE = 100, 1e-5  # of the geometric median
FAR = 1.0  # |mean| / deviation from which it is told


def start(x: np.ndarray, center: str | None) -> tuple[np.ndarray, float]:
    """The vector that is subtracted of examples, and the number that they are multiplied by.

        s = sqrt( size / mean |x - b|^2 )

    after which an element has the variance 1, in the mean over elements.

    Args:
        x: Array `(n, size)`.
        center: `"mean"`, `"median"` for the geometric median, or `None` for zeros.
    """
    x = np.asarray(x, "float64")
    mean = x.mean(axis=0)
    middle = np.zeros_like(mean) if center is None else mean
    if center == "median":
        middle = geometric_median(x)
    if center is None:
        deviation = math.sqrt(np.square(x - mean).sum(axis=1).mean())
        length = float(np.linalg.norm(mean))
        if length > FAR * deviation:
            warnings.warn(
                f"The mean of the examples is {length / max(deviation, 1e-30):.3g} times as long "
                "as their deviation from it, and `center=None` leaves it there: many units are "
                'likely to die. Take center="mean".',
                stacklevel=4,
            )
    squares = np.square(x - middle).sum(axis=1).mean()
    return middle, math.sqrt(x.shape[1] / squares) if squares > 0 else 1.0


def geometric_median(x: np.ndarray) -> np.ndarray:
    """The point whose sum of distances from the rows of `x` is the least, by Weiszfeld's steps.

    Example:

    >>> from kerae.networks.dictionary_start import geometric_median
    >>> geometric_median(np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [9.0, 9.0]])).round(2)
    array([0.5, 0.5])

    Reference:
        Vardi and Zhang, 2000, https://doi.org/10.1073/pnas.97.4.1423
    """
    guess = x.mean(axis=0)
    least = TOLERANCE * np.abs(x - guess).max()
    for _ in range(STEPS):
        # A row that is the guess itself would have an infinite weight.
        weights = 1 / np.maximum(np.linalg.norm(x - guess, axis=1), max(least, 1e-30))
        before, guess = guess, weights @ x / weights.sum()
        if np.linalg.norm(guess - before) <= least:
            break
    return guess
