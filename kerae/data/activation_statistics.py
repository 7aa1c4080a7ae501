"""What the rows of activations are like as a whole, read once."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..checks.arguments import checked
from ..checks.arrays import check_array, parts
from ..checks.given import as_array
from ..checks.numbers import check_count
from .activations import Activations

STEPS, TOLERANCE = 1000, 1e-7  # of Weiszfeld's iteration; the relative change at which it ends


@dataclass(frozen=True, eq=False)
class ActivationStatistics:
    """See `activation_statistics`.

    Attributes:
        rows: Integer.
        mean: Float64 array `(features,)`.
        deviation: Float64 array `(features,)`, standard deviations.
        median: Float64 array `(features,)`, the geometric median.
        median_rows: Integer, of how many rows.
        mean_norm: Float, of the norms of rows.
        gamma: Float, the norm of the mean in units of the deviation.
    """

    rows: int
    mean: np.ndarray
    deviation: np.ndarray
    median: np.ndarray
    median_rows: int
    mean_norm: float
    gamma: float

    def __repr__(self) -> str:
        return (
            f"ActivationStatistics(rows={self.rows}, gamma={self.gamma:.3g}, "
            f"mean_norm={self.mean_norm:.4g})"
        )


@checked
def activation_statistics(x: Any, median_rows: int = 2**15, seed: int = 0) -> ActivationStatistics:
    """Mean, deviation, geometric median and gamma of rows, in one pass over them.

        gamma = |mean| / |deviation|,       median = argmin over m of  sum over rows |x - m|

    Mean and deviation are those of all rows. The geometric median is by Weiszfeld's iteration, of
    as many rows as are kept in memory, drawn at random; of all where there are no more.

    Where gamma is large the rows lie around a point far from 0, and many latents of a dictionary
    that is trained without centering die.

    Args:
        x: `kerae.data.Activations`, or an array `(n, features)`.
        median_rows: Integer, the most rows that the geometric median is of. Defaults to 32,768.
        seed: Integer, of the rows drawn.
    Returns:
        `ActivationStatistics`.

    Example:

    >>> x = np.random.default_rng(0).normal(3.0, 0.5, (1000, 16)).astype("float32")
    >>> kerae.data.activation_statistics(x)
    ActivationStatistics(rows=1000, gamma=6.0..., mean_norm=12.1...)

    Raises:
        ValueError: If the rows are no vectors of finite floats.
    Reference:
        Vardi and Zhang, 2000, https://doi.org/10.1073/pnas.97.4.1423 (Weiszfeld's iteration, also
        where it meets a row)
    """
    check_count("median_rows", median_rows)
    check_count("seed", seed, 0)
    if isinstance(x, Activations):
        count, features, batches = x.rows, x.input_shape[0], map(x.in_order, range(len(x)))
    else:
        x = as_array(x, "x")
        if x.ndim != 2:
            raise ValueError(f"Expected `x` of shape (n, features). Received: shape {x.shape}.")
        (count, features), batches = x.shape, parts(x)
    few = min(count, median_rows)
    chosen = np.sort(np.random.default_rng(seed).choice(count, few, replace=False, shuffle=False))
    kept, seen, norms = [], 0, 0.0
    mean, squares = np.zeros(features), np.zeros(features)
    for batch in batches:
        check_array(batch, (features,), "x")
        batch = batch.astype("float64")
        own = batch.mean(axis=0)
        # Sums of squares about the mean, merged: from 0 they would lose a small deviation.
        weight = len(batch) / (seen + len(batch))
        squares += np.square(batch - own).sum(axis=0)
        squares += np.square(own - mean) * seen * weight
        mean += (own - mean) * weight
        norms += np.linalg.norm(batch, axis=1).sum()
        first, last = np.searchsorted(chosen, [seen, seen + len(batch)])
        kept.append(batch[chosen[first:last] - seen].astype("float32"))
        seen += len(batch)
    deviation = np.sqrt(squares / count)
    spread = np.linalg.norm(deviation)
    return ActivationStatistics(
        rows=count,
        mean=mean,
        deviation=deviation,
        median=geometric_median(np.concatenate(kept)),
        median_rows=few,
        mean_norm=norms / count,
        gamma=float(np.linalg.norm(mean) / spread) if spread else float("inf"),
    )


def geometric_median(x: np.ndarray) -> np.ndarray:
    """The point of the least sum of distances to the rows of an array `(n, features)`."""
    median = x.mean(axis=0, dtype="float64")
    for _ in range(STEPS):
        towards, distances = np.zeros_like(median), []
        for part in parts(x):
            difference = part - median
            distance = np.linalg.norm(difference, axis=1)
            away = distance > 0
            towards += (difference[away] / distance[away, None]).sum(axis=0)
            distances.append(distance)
        distances = np.concatenate(distances)
        met, pull = np.sum(distances == 0), np.linalg.norm(towards)
        if pull <= met:  # those rows that it lies at hold it there
            break
        step = (1 - met / pull) * towards / np.sum(1 / distances[distances > 0])
        median += step
        if np.linalg.norm(step) <= TOLERANCE * distances.mean():
            break
    return median
