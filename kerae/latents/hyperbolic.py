"""Codes in the Poincaré ball, spread around a mean."""

import math
from typing import TYPE_CHECKING, Any

from keras import initializers, ops

from ..checks.numbers import check_count, check_positive
from ..checks.types import Shape, Tensor
from ..geometry import Geometry, PoincareBall
from ..ops.gradients import with_gradient_of
from ..ops.hyperbolic import FARTHEST, from_center, inside, mobius_sum, norm, to_ball
from .latent import Latent
from .linear_head import LinearHead

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder

LEAST_SCALE = 1e-3


class Hyperbolic(Latent):
    """A code in the Poincaré ball, |z| < 1 / sqrt(c), in which trees fit.

        mu(x) = exp_0(linear in the encoder's features),   sigma(x) = softplus(linear)

    Subclasses define `family`, the distribution of the codes, a density of the ball's own volume;
    see `kerae.ops.hyperbolic_normal`. Floats reach no farther than a distance of 12 / sqrt(c) from
    the center: means keep to half of that, and sigma to what keeps most draws within the other
    half. Of many dimensions that is little: take a smaller curvature.

    Args:
        latent_dim: Integer, the number of latent dimensions.
        num_samples: Integer, the number of codes drawn per example.
        curvature: Positive float, the c of a space of curvature -c.
        learn_curvature: Boolean, whether c is trained, from there on.
    Raises:
        ValueError: If an argument is not positive, or the encoder's features are not of shape
            `(batch, features)`.
    """

    family: Any
    has_density = True
    served = {
        "mean": "Mean of q(z|x) in the Poincaré ball, the code.",
        "scale": "Scale of q(z|x) around it.",
    }

    def __init__(
        self,
        latent_dim: int,
        num_samples: int = 1,
        curvature: float = 1.0,
        learn_curvature: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        check_count("latent_dim", latent_dim)
        check_count("num_samples", num_samples)
        check_positive("curvature", curvature)
        self.latent_dim = latent_dim
        self.num_samples = num_samples
        self.curvature = curvature
        self.learn_curvature = learn_curvature
        self.event_shape = (latent_dim,)
        self.mean_head = LinearHead(latent_dim, dtype=self.dtype_policy)
        scales = latent_dim if self.family.has_scale_per_dimension else 1
        self.scale_head = LinearHead(scales, dtype=self.dtype_policy)
        self.log_curvature = self.add_weight(
            shape=(),
            initializer=initializers.Constant(math.log(curvature)),
            trainable=learn_curvature,
            name="log_curvature",
        )

    @property
    def geometry(self) -> Geometry:
        return PoincareBall(float(ops.convert_to_numpy(ops.exp(self.log_curvature))))

    @property
    def c(self) -> Tensor:
        """The curvature as it is now, a scalar tensor."""
        return ops.exp(ops.convert_to_tensor(self.log_curvature))

    def tried_in(self) -> dict[str, Any]:
        from ..priors import HyperbolicNormal

        return super().tried_in() | {"prior": HyperbolicNormal()}

    def build(self, input_shape: Shape) -> None:
        self.mean_head.build(input_shape)
        self.scale_head.build(input_shape)

    def call(self, features: Tensor):
        # Codes beyond the reach of floats would be likelier than they are: half of the way there is
        # for means, half for draws.
        far = 0.5 * FARTHEST / ops.sqrt(self.c)
        mean = self.mean_head(features)
        mean = mean * ops.minimum(far / norm(mean), 1.0)
        scale = LEAST_SCALE + ops.softplus(self.scale_head(features))
        limited = ops.minimum(scale, self.family.largest_scale(far, self.latent_dim, self.c))
        # The gradient passes as if there were no limit.
        return {
            "mean": to_ball(mean, self.c),
            "scale": with_gradient_of(limited, scale),
        }

    def mode(self, posterior: dict[str, Any]) -> Tensor:
        return posterior["mean"]

    def sample(
        self, posterior: dict[str, Any], noise: Any, num_samples: int | None = None
    ) -> Tensor:
        return self._drawn(posterior, noise, num_samples)[0]

    def draw(
        self, model: "Autoencoder", outputs: dict, num_samples: int | None = None
    ) -> dict[str, Any]:
        # The density is that of what was drawn: near the border of the ball the code itself is too
        # coarse to tell how far from the mean it is.
        z, log_prob = self._drawn(outputs["posterior"], outputs["noise"], num_samples)
        return {"z": z, "log_posterior": log_prob}

    def log_posterior(self, outputs: dict[str, Any]) -> Tensor:
        return outputs["log_posterior"]

    def log_prob(self, posterior: dict[str, Any], z: Tensor) -> Tensor:
        mean, scale = _per_sample(posterior)
        v = from_center(mobius_sum(-mean, z, self.c), self.c)
        return self.family.log_prob(v, scale, self.c)

    def _drawn(self, posterior, noise, num_samples):
        mean, scale = _per_sample(posterior)
        count = num_samples or self.num_samples
        v = self.family.sample(noise, count, self.latent_dim, scale, self.c)
        z = inside(mobius_sum(mean, to_ball(v, self.c), self.c), self.c)
        return z, self.family.log_prob(v, scale, self.c)


def _per_sample(posterior):
    """Mean and scale with an axis for samples, `(batch, 1, …)`."""
    return tuple(ops.expand_dims(posterior[name], 1) for name in ("mean", "scale"))
