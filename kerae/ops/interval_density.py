"""Densities on an interval that are known up to a factor."""

from collections.abc import Callable

from keras import ops

from ..checks.types import Tensor
from .gradients import with_gradient_of

INTERVALS = 128  # a power of 2
NEWTON_STEPS = 4
_TINY = 1e-30


class IntervalDensity:
    """The density p(t) = exp(h(t)) / Z on [low, high], one for each of a batch.

    Integrals are taken on 129 points, exactly for cubic polynomials between neighbors. So h has to
    be smooth, and the interval no wider than some twenty standard deviations. All results are
    differentiable in the parameters of h, quantiles too: where the probability of lower values
    changes by dF, the quantile moves by -dF / p (implicit reparameterization).

    Args:
        log_density: Function that gives h at points of shape `(batch, n)`, in that shape, and
            is infinite nowhere but at the ends, where it may be -inf.
        low: Tensor `(batch, 1)`, the lower ends of the intervals.
        high: Tensor `(batch, 1)`, the upper ends.
    Reference:
        Figurnov et al., 2018, https://arxiv.org/abs/1805.08498
    """

    def __init__(self, log_density: Callable[[Tensor], Tensor], low: Tensor, high: Tensor) -> None:
        low, high = ops.stop_gradient(low), ops.stop_gradient(high)
        self._low, self._step = low, (high - low) / INTERVALS
        steps = ops.arange(INTERVALS + 1, dtype=low.dtype)
        self.points = low + self._step * steps
        h = log_density(self.points)
        largest = ops.stop_gradient(ops.max(h, axis=1, keepdims=True))
        self._density = ops.exp(h - largest)
        self._lower = _cumulative(self._density)
        self._total = self._lower[:, -1:]
        self.log_normalizer = largest + ops.log(self._total * self._step)

    def mean(self, values: Tensor) -> Tensor:
        """The mean of a function, given by its values at `points`, of shape `(batch, 1)`."""
        return _cumulative(self._density * values)[:, -1:] / self._total

    def quantile(self, probability: Tensor) -> Tensor:
        """Where lower values have the given probabilities, both of shape `(batch, num_samples)`.

        Args:
            probability: Tensor of numbers between 0 and 1; uniform ones give samples of p.
        """
        lower, total = ops.stop_gradient(self._lower), ops.stop_gradient(self._total)
        wanted = probability * total
        left = ops.zeros_like(wanted, dtype="int32")
        half = INTERVALS // 2
        while half:
            beyond = ops.take_along_axis(lower, left + half, axis=1) <= wanted
            left, half = left + half * ops.cast(beyond, "int32"), half // 2

        def ends(values):
            return (ops.take_along_axis(values, left + k, axis=1) for k in (0, 1))

        fixed = (*ends(lower), *ends(ops.stop_gradient(self._density)))
        at = (wanted - fixed[0]) / ops.maximum(fixed[1] - fixed[0], _TINY)
        for _ in range(NEWTON_STEPS):
            missing = wanted - _hermite(at, *fixed)
            at = ops.clip(at + missing / ops.maximum(_slope(at, *fixed), _TINY), 0.0, 1.0)
        at = ops.stop_gradient(at)
        quantile = self._low + self._step * (ops.cast(left, at.dtype) + at)
        # At a fixed point; only its probability depends on the parameters.
        probability = _hermite(at, *ends(self._lower), *ends(self._density)) / self._total
        density = ops.maximum(_slope(at, *fixed) / total, _TINY) / self._step
        return with_gradient_of(quantile, -probability / density)


def _cumulative(values):
    """Integrals from the first point to each, in units of a step: cubic between neighbors."""
    a, b, c, d = (values[:, k : k - 3 or None] for k in range(4))
    inner = (13.0 * (b + c) - a - d) / 24.0
    first = (9.0 * a + 19.0 * b - 5.0 * c + d)[:, :1] / 24.0
    last = (a - 5.0 * b + 19.0 * c + 9.0 * d)[:, -1:] / 24.0
    pieces = ops.concatenate([ops.zeros_like(first), first, inner, last], axis=1)
    return ops.cumsum(pieces, axis=1)


def _hermite(t, lower_a, lower_b, density_a, density_b):
    """The cubic on [0, 1] that has the given values and slopes at its ends."""
    rise = lower_b - lower_a
    return lower_a + t * (
        density_a
        + t * (3.0 * rise - 2.0 * density_a - density_b + t * (density_a + density_b - 2.0 * rise))
    )


def _slope(t, lower_a, lower_b, density_a, density_b):
    rise = lower_b - lower_a
    return density_a + t * (
        2.0 * (3.0 * rise - 2.0 * density_a - density_b)
        + 3.0 * t * (density_a + density_b - 2.0 * rise)
    )
