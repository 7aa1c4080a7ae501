"""Normal distributions around the center of the Poincaré ball: draws, and densities of its volume.

Points are given by the vectors v of the geodesics to them, z = exp_0(v). The density around another
mean is the same: z = mu (+) exp_0(v) moves the ball onto itself.
"""

import math
from typing import Any

from keras import ops

from ..checks.types import Tensor
from .hyperbolic import log_radial_volume, log_stretch, norm
from .interval_density import IntervalDensity
from .sphere import log_area, on_sphere

REACH = 8.0  # standard deviations of the radius to each side of its mode
NEWTON_STEPS = 6


class Wrapped:
    """v ~ N(0, diag(sigma^2)) in flat space, wrapped onto the ball.

        log p = log N(v; 0, diag(sigma^2)) - (d - 1) log( sinh(sqrt(c) |v|) / (sqrt(c) |v|) )

    Reference:
        Nagano et al., 2019, https://arxiv.org/abs/1902.02992;
        Mathieu et al., 2019, https://arxiv.org/abs/1901.06033
    """

    has_scale_per_dimension = True

    @staticmethod
    def sample(noise: Any, count: int, latent_dim: int, scale: Tensor, c: Tensor) -> Tensor:
        """Vectors `(batch, count, latent_dim)`, for scales `(batch, 1, latent_dim)`."""
        return scale * ops.cast(noise.normal((count, latent_dim)), scale.dtype)

    @staticmethod
    def largest_scale(distance: Tensor, latent_dim: int, c: Tensor) -> Tensor:
        """The scale at which half of all draws are farther away."""
        return distance / math.sqrt(latent_dim)

    @staticmethod
    def log_prob(v: Tensor, scale: Tensor, c: Tensor) -> Tensor:
        """In nats, `(batch, count)`."""
        normal = -0.5 * ops.square(v / scale) - ops.log(scale) - 0.5 * math.log(2.0 * math.pi)
        stretched = log_stretch(norm(v), c)[..., 0]
        return ops.sum(normal, axis=-1) - (v.shape[-1] - 1) * stretched


class Riemannian:
    """The farther from the center, the less likely.

        log p = -|v|^2 / (2 sigma^2) - log Z
        p(|v| = r) is proportional to exp(-r^2 / (2 sigma^2)) (sinh(sqrt(c) r) / sqrt(c))^(d - 1)

    Reference:
        Mathieu et al., 2019, https://arxiv.org/abs/1901.06033
    """

    has_scale_per_dimension = False

    @staticmethod
    def sample(noise: Any, count: int, latent_dim: int, scale: Tensor, c: Tensor) -> Tensor:
        """Vectors `(batch, count, latent_dim)`, for scales `(batch, 1, 1)`."""
        density = _density_of_radius(scale[:, 0], c, latent_dim)
        r = density.quantile(ops.cast(noise.uniform((count,)), scale.dtype))
        direction = on_sphere(ops.cast(noise.normal((count, latent_dim)), scale.dtype))
        return ops.expand_dims(r, 2) * direction

    @staticmethod
    def largest_scale(distance: Tensor, latent_dim: int, c: Tensor) -> Tensor:
        """The scale at which half of all draws are farther away, or a smaller one."""
        outwards = ops.sqrt(distance / (max(latent_dim - 1, 1) * ops.sqrt(c)))
        return ops.minimum(distance / math.sqrt(latent_dim), outwards)

    @staticmethod
    def log_prob(v: Tensor, scale: Tensor, c: Tensor) -> Tensor:
        """In nats, `(batch, count)`."""
        latent_dim = v.shape[-1]
        density = _density_of_radius(scale[:, 0], c, latent_dim)
        squared = ops.sum(ops.square(v / scale), axis=-1)
        return -0.5 * squared - density.log_normalizer - log_area(latent_dim)


def _density_of_radius(scale, c, latent_dim):
    mode, reach = map(ops.stop_gradient, _mode_of_radius(scale, c, latent_dim - 1))

    def log_density(r):
        return -0.5 * ops.square(r / scale) + (latent_dim - 1) * log_radial_volume(r, c)

    return IntervalDensity(log_density, ops.maximum(mode - reach, 0.0), mode + reach)


def _mode_of_radius(scale, c, power):
    """Where r / sigma^2 = power * sqrt(c) coth(sqrt(c) r), and how far the density reaches."""
    if not power:
        return ops.zeros_like(scale), REACH * scale
    root, precision = ops.sqrt(c), 1.0 / ops.square(scale)
    # From below the mode Newton's steps go up to it.
    r = ops.maximum(scale * math.sqrt(power), ops.square(scale) * power * root)
    for _ in range(NEWTON_STEPS):
        tangent = ops.tanh(root * r)
        excess = r * precision - power * root / tangent
        slope = precision + power * c * (1.0 / ops.square(tangent) - 1.0)
        r = r - excess / slope
    return r, REACH / ops.sqrt(slope)
