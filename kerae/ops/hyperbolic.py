"""The Poincaré ball of curvature -c, |z| < 1 / sqrt(c): sums, maps and distances of points.

Points are tensors `(…, d)`; what is one number a point keeps the last axis, `(…, 1)`. All of them
broadcast.

Reference:
    Ganea, Bécigneul and Hofmann, 2018, https://arxiv.org/abs/1805.09112;
    Mathieu et al., 2019, https://arxiv.org/abs/1901.06033
"""

import math

from keras import ops

from ..checks.types import Tensor

# The part of the ball's radius that points keep to, beyond which float32 cannot tell them from its
# border, and how far from the center that is, in units of 1 / sqrt(c).
REACH = 1.0 - 1e-5
FARTHEST = 2.0 * math.atanh(REACH)
_TINY = 1e-24
NEAR = 0.5  # where a series is exact to float32


def norm(x: Tensor) -> Tensor:
    """|x|, with a gradient of 0 where x is 0."""
    return ops.sqrt(ops.maximum(ops.sum(ops.square(x), axis=-1, keepdims=True), _TINY))


def inside(z: Tensor, c: Tensor) -> Tensor:
    """The point itself; one that is too near to the border, or beyond it, is moved inwards."""
    return z * ops.minimum(REACH / (ops.sqrt(c) * norm(z)), 1.0)


def mobius_sum(a: Tensor, b: Tensor, c: Tensor) -> Tensor:
    """a (+) b: `b` as seen from the center, moved to where `a` is the center."""
    product = 2.0 * c * ops.sum(a * b, axis=-1, keepdims=True)
    a_squared, b_squared = (c * ops.sum(ops.square(x), axis=-1, keepdims=True) for x in (a, b))
    total = (1.0 + product + b_squared) * a + (1.0 - a_squared) * b
    return total / ops.maximum(1.0 + product + a_squared * b_squared, 1e-15)


def distance(a: Tensor, b: Tensor, c: Tensor) -> Tensor:
    """2 / sqrt(c) * artanh(sqrt(c) |-a (+) b|)."""
    return norm(from_center(mobius_sum(-a, b, c), c))


def to_ball(v: Tensor, c: Tensor) -> Tensor:
    """The point at the end of the geodesic from the center along `v`, of its length."""
    root = ops.sqrt(c)
    length = norm(v)
    return inside(ops.tanh(0.5 * root * length) / (root * length) * v, c)


def from_center(z: Tensor, c: Tensor) -> Tensor:
    """The vector along which the geodesic from the center to `z` goes, of its length."""
    root = ops.sqrt(c)
    length = norm(z)
    return 2.0 * ops.arctanh(ops.minimum(root * length, REACH)) / (root * length) * z


def conformal_factor(z: Tensor, c: Tensor) -> Tensor:
    """lambda = 2 / (1 - c |z|^2), by which lengths at `z` are longer than they look."""
    return 2.0 / ops.maximum(1.0 - c * ops.sum(ops.square(z), axis=-1, keepdims=True), 1e-15)


def exponential(at: Tensor, v: Tensor, c: Tensor) -> Tensor:
    """exp_at(v) = at (+) exp_0(lambda_at v): where the geodesic along `v`, of its length, ends."""
    return inside(mobius_sum(at, to_ball(conformal_factor(at, c) * v, c), c), c)


def logarithm(at: Tensor, z: Tensor, c: Tensor) -> Tensor:
    """log_at(z), the vector for which exp_at(log_at(z)) = z."""
    return from_center(mobius_sum(-at, z, c), c) / conformal_factor(at, c)


def log_stretch(r: Tensor, c: Tensor) -> Tensor:
    """log( sinh(y) / y ) with y = sqrt(c) r: in flat space, where c is 0, 0."""
    y = ops.sqrt(c) * r
    squared = ops.square(ops.minimum(y, NEAR))
    near = squared * (1 / 6 - squared * (1 / 180 - squared * (1 / 2835 - squared / 37800)))
    far = ops.maximum(y, NEAR)
    far = far + ops.log(-ops.expm1(-2.0 * far) / (2.0 * far))
    return ops.where(y < NEAR, near, far)


def log_radial_volume(r: Tensor, c: Tensor) -> Tensor:
    """log( sinh(sqrt(c) r) / sqrt(c) ): in flat space, where c is 0, log r."""
    return ops.log(ops.maximum(r, math.sqrt(_TINY))) + log_stretch(r, c)
