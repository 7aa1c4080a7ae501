"""Motion of codes with a momentum, in small steps that keep volumes, or tell how they change them.

Codes z and momenta rho are tensors `(…, d)`, step sizes broadcast to that.

Reference:
    Neal, 2011, https://arxiv.org/abs/1206.1901 (leapfrog steps);
    Girolami and Calderhead, 2011, https://doi.org/10.1111/j.1467-9868.2010.00765.x (generalized)
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

from keras import ops

from ..checks.types import Tensor

# The farthest that a half step moves an element, so that no step can lead out of the floats. What
# is cut is still a function of the code alone, and so the step still keeps volumes.
REACH = 100.0


def limited(move: Tensor) -> Tensor:
    """The way of a half step, of which no element is larger than `REACH`."""
    return ops.clip(move, -REACH, REACH)


def leapfrog(
    z: Tensor,
    momentum: Tensor,
    slope: Callable[[Tensor], Tensor],
    kinetic: Any,
    step_size: Tensor,
    factors: Sequence[Tensor],
) -> tuple[Tensor, Tensor, Tensor]:
    """Moves codes downhill and along their momenta, a step for each factor.

        rho <- rho - step_size / 2 * dU/dz
        z, rho <- the kinetic energy's own motion, in flat space z + step_size * rho
        rho <- factor * (rho - step_size / 2 * dU/dz)

    Args:
        z: Tensor `(…, d)`.
        momentum: Tensor of its shape.
        slope: Function of codes that gives dU/dz of each.
        kinetic: `Flat`, or what has its methods.
        step_size: Tensor that broadcasts to `z`.
        factors: Scalar tensors, by which momenta are multiplied after each step.
    Returns:
        Codes, momenta and log |det| of the whole map, of shape `(…,)`.
    """
    d = z.shape[-1]
    kick = limited(0.5 * step_size * slope(z))
    log_det = ops.zeros_like(z[..., 0])
    for factor in factors:
        z, momentum, stretch = kinetic.drift(z, momentum - kick, step_size)
        kick = limited(0.5 * step_size * slope(z))
        momentum = factor * (momentum - kick)
        log_det = log_det + stretch + d * ops.log(factor)
    return z, momentum, log_det


class Flat:
    """The kinetic energy of flat space, 1/2 |rho|^2, whose momenta are of N(0, I)."""

    def momentum(self, z: Tensor, gamma: Tensor) -> Tensor:
        """The momentum at `z` that is made of standard normal draws."""
        return gamma

    def log_prob(self, z: Tensor, momentum: Tensor) -> Tensor:
        """The log-density of momenta at `z` in nats, `(…,)`."""
        return -0.5 * ops.sum(ops.square(momentum) + math.log(2 * math.pi), axis=-1)

    def drift(self, z: Tensor, momentum: Tensor, step_size: Tensor):
        """Code and momentum after a step without any slope, and log |det| of the step."""
        return z + step_size * momentum, momentum, ops.zeros_like(z[..., 0])
