"""A monotone spline of quotients of quadratics, and its inverse."""

import math

from keras import ops

from ..checks.types import Tensor

LEAST = 1e-3  # of a bin's part of the interval, and of a slope
UNIT_SLOPE = math.log(math.expm1(1 - LEAST))  # of which the softplus is 1 - LEAST


def rational_quadratic(
    value: Tensor, parameters: Tensor, num_bins: int, bound: float, inverse: bool = False
) -> tuple[Tensor, Tensor]:
    """Monotone on [-bound, bound], with both ends where they are; the identity outside.

        g(z) = y_k + (y_{k+1} - y_k) (s x^2 + d_k x (1 - x)) / (s + (d_k + d_{k+1} - 2 s) x (1 - x))
        x = (z - x_k) / (x_{k+1} - x_k),   s = (y_{k+1} - y_k) / (x_{k+1} - x_k)

    in bin k, between knots (x_k, y_k) with slopes d_k, of which the first and the last are 1. With
    parameters 0 it is the identity everywhere.

    Args:
        value: Tensor `(…)`, z, or g(z) for the inverse.
        parameters: Tensor `(…, 3 * num_bins - 1)`: of the widths of the bins and their heights,
            both through a softmax, and of the slopes at the inner knots, through a softplus.
        num_bins: Integer.
        bound: Float.
        inverse: Boolean.
    Returns:
        Two tensors of the shape of `value`: where it is moved, and the logarithm of the slope.
    Reference:
        Durkan et al., 2019, https://arxiv.org/abs/1906.04032 (least widths and slopes as in
        the authors' code)
    """
    widths, heights, slopes = ops.split(parameters, [num_bins, 2 * num_bins], axis=-1)
    x, y = _knots(widths, bound), _knots(heights, bound)
    slopes = LEAST + ops.softplus(slopes + UNIT_SLOPE)
    unit = ops.ones_like(parameters[..., :1])
    slopes = ops.concatenate([unit, slopes, unit], axis=-1)

    within = ops.clip(value, -bound, bound)
    is_in = _is_in(ops.expand_dims(within, -1), (y if inverse else x)[..., 1:-1])
    x_k, x_next, y_k, y_next, d_k, d_next = (
        ops.sum(is_in * part, axis=-1)
        for knots in (x, y, slopes)
        for part in (knots[..., :-1], knots[..., 1:])
    )
    width, height = x_next - x_k, y_next - y_k
    s = height / width
    bend = d_k + d_next - 2 * s
    if inverse:
        rise = within - y_k
        a = height * (s - d_k) + rise * bend
        b = height * d_k - rise * bend
        c = -s * rise
        root = ops.sqrt(ops.maximum(ops.square(b) - 4 * a * c, 1e-12))
        t = 2 * c / (-b - root)
    else:
        t = (within - x_k) / width
    both = t * (1 - t)
    below = s + bend * both
    log_slope = (
        2 * ops.log(s)
        + ops.log(d_next * ops.square(t) + 2 * s * both + d_k * ops.square(1 - t))
        - 2 * ops.log(below)
    )
    if inverse:
        moved, log_slope = x_k + width * t, -log_slope
    else:
        moved = y_k + height * (s * ops.square(t) + d_k * both) / below
    is_inside = ops.abs(value) < bound
    return ops.where(is_inside, moved, value), ops.where(is_inside, log_slope, 0.0)


def _knots(parameters, bound):
    """The ends of the bins, `(…, num_bins + 1)`, of which none is narrower than `LEAST`."""
    num_bins = parameters.shape[-1]
    parts = LEAST + (1 - LEAST * num_bins) * ops.softmax(parameters, axis=-1)
    inner = 2 * bound * ops.cumsum(parts, axis=-1)[..., :-1] - bound
    end = bound * ops.ones_like(parameters[..., :1])
    return ops.concatenate([-end, inner, end], axis=-1)


def _is_in(value, inner_knots):
    """1 in the bin that the value lies in, `(…, num_bins)`, else 0."""
    is_above = ops.cast(value >= inner_knots, value.dtype)
    one = ops.ones_like(is_above[..., :1])
    return ops.concatenate([one, is_above], axis=-1) - ops.concatenate(
        [is_above, ops.zeros_like(one)], axis=-1
    )
