"""Codes on a sphere, spread around a mean direction."""

import math
from typing import Any

from keras import initializers, ops

from ..checks.numbers import check_count
from ..checks.types import Shape, Tensor
from ..geometry import Sphere
from ..ops.gradients import with_gradient_of
from ..ops.interval_density import IntervalDensity
from ..ops.sphere import log_area, on_sphere
from ..priors.uniform_sphere import UniformSphere
from .latent import Latent
from .linear_head import LinearHead

LEAST_CONCENTRATION, LARGEST_CONCENTRATION = 1e-3, 1e4
# Of the concentration, for each dimension. Near 1, where it would be else, a code says next to
# nothing of the direction, and training takes longer to begin.
START = 5.0
REACH = 8.0  # standard deviations of the angle to each side of its mode


class Spherical(Latent):
    """A code z of length 1, whose density depends on the angle phi to a mean direction mu alone.

        q(z|x) is proportional to exp(kappa(x) * g(phi)),   cos(phi) = mu(x) . z
        p(phi) is proportional to exp(kappa * g(phi)) * sin(phi)^(latent_dim - 2)
        z = cos(phi) * mu + sin(phi) * v,   v of length 1 at right angles to mu, uniform

    The angle is drawn by the inverse of its distribution function, and its gradient in kappa is
    that of the inverse; there is no rejection. Subclasses define g by `tilt`, and where p(phi) is
    largest and how sharply, by `angle`.

    Args:
        latent_dim: Integer of at least 2, the number of coordinates of a code; the sphere has one
            dimension less.
        num_samples: Integer, the number of codes drawn per example.
    Raises:
        ValueError: If an argument is too small, or the encoder's features are not of shape
            `(batch, features)`.
    """

    has_density = True
    geometry = Sphere()
    served = {
        "mean": "Mean direction of q(z|x), of length 1, the code.",
        "concentration": "Concentration of q(z|x) around it.",
    }

    def __init__(self, latent_dim: int, num_samples: int = 1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        check_count("latent_dim", latent_dim, least=2)
        check_count("num_samples", num_samples)
        self.latent_dim = latent_dim
        self.num_samples = num_samples
        self.event_shape = (latent_dim,)
        # An image without a bright pixel has to have some direction, too.
        bias = initializers.RandomNormal(stddev=0.01)
        self.mean_head = LinearHead(latent_dim, bias_initializer=bias, dtype=self.dtype_policy)
        start = initializers.Constant(START * latent_dim)
        self.concentration_head = LinearHead(1, bias_initializer=start, dtype=self.dtype_policy)

    def tried_in(self) -> dict[str, Any]:
        return super().tried_in() | {"prior": UniformSphere()}

    def build(self, input_shape: Shape) -> None:
        self.mean_head.build(input_shape)
        self.concentration_head.build(input_shape)

    def call(self, features: Tensor):
        concentration = ops.softplus(self.concentration_head(features))
        limited = ops.clip(concentration, LEAST_CONCENTRATION, LARGEST_CONCENTRATION)
        return {
            "mean": on_sphere(self.mean_head(features)),
            # The gradient passes as if there were no limits.
            "concentration": with_gradient_of(limited, concentration),
        }

    def tilt(self, phi: Tensor, reference: Tensor) -> Tensor:
        """g(phi) - g(reference), exact where both are close."""
        raise NotImplementedError

    def tilt_of_cosine(self, cosine: Tensor, reference: Tensor) -> Tensor:
        """The same, of the cosine of phi."""
        raise NotImplementedError

    def angle(self, concentration: Tensor) -> tuple[Tensor, Tensor]:
        """The mode of p(phi), and minus the second derivative of log p there."""
        raise NotImplementedError

    def mode(self, posterior: dict[str, Any]) -> Tensor:
        return posterior["mean"]

    def sample(
        self, posterior: dict[str, Any], noise: Any, num_samples: int | None = None
    ) -> Tensor:
        mean = ops.expand_dims(posterior["mean"], 1)
        count = num_samples or self.num_samples
        density, _ = self._density_of_angle(posterior["concentration"])
        phi = ops.expand_dims(density.quantile(ops.cast(noise.uniform((count,)), mean.dtype)), 2)
        across = on_sphere(ops.cast(noise.normal((count, self.latent_dim - 1)), mean.dtype))
        across = ops.pad(across, ((0, 0), (0, 0), (1, 0)))
        # Reflected, so that what was at right angles to the first axis is so to the mean: in a
        # mirror between the mean and the end of the axis that is farther from it.
        sign = ops.where(mean[..., :1] < 0, -1.0, 1.0)
        first = ops.one_hot(0, self.latent_dim, dtype=mean.dtype)
        onto = ops.sum(across * mean, axis=-1, keepdims=True)
        across = across - (sign * mean + first) * onto / (sign * (1.0 + sign * mean[..., :1]))
        return ops.cos(phi) * mean + ops.sin(phi) * across

    def log_prob(self, posterior: dict[str, Any], z: Tensor) -> Tensor:
        cosine = ops.sum(ops.expand_dims(posterior["mean"], 1) * z, axis=-1)
        concentration = posterior["concentration"]
        density, reference = self._density_of_angle(concentration)
        tilted = concentration * self.tilt_of_cosine(cosine, reference)
        return tilted - self._log_normalizer(density, reference)

    def kl_divergence(self, outputs: dict[str, Any]) -> Tensor:
        if type(outputs["prior"]) is not UniformSphere:
            return super().kl_divergence(outputs)
        concentration = outputs["posterior"]["concentration"]
        density, reference = self._density_of_angle(concentration)
        tilted = concentration * density.mean(self.tilt(density.points, reference))
        return tilted - self._log_normalizer(density, reference) + log_area(self.latent_dim)

    def _density_of_angle(self, concentration):
        """p(phi) up to a factor, and the angle at which that is 1."""
        reference, curvature = map(ops.stop_gradient, self.angle(concentration))
        reach = REACH / ops.sqrt(curvature)
        power = self.latent_dim - 2

        def log_density(phi):
            tilted = concentration * self.tilt(phi, reference)
            if not power:
                return tilted
            # log(sin(phi) / sin(reference)), exact where both are close.
            away = phi - reference
            sine = ops.sin(away) / ops.tan(reference) - 2.0 * ops.square(ops.sin(0.5 * away))
            return tilted + power * ops.log1p(ops.maximum(sine, -1.0))

        ends = ops.maximum(reference - reach, 0.0), ops.minimum(reference + reach, math.pi)
        return IntervalDensity(log_density, *ends), reference

    def _log_normalizer(self, density, reference):
        power = self.latent_dim - 2
        log_sine = power * ops.log(ops.sin(reference)) if power else 0.0
        return density.log_normalizer + log_sine + log_area(self.latent_dim - 1)
