import math
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import keras
from keras import initializers, ops

from .. import backend
from ..checks.arguments import check_choice
from ..checks.numbers import check_count, check_positive
from ..checks.types import Shape, Tensor
from ..ops.hamiltonian import Flat, leapfrog
from .latent import Latent
from .normal import Normal

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder

LARGEST_STEP = 0.5
LEAST_ROOT, START_ROOT = 0.1, math.sqrt(0.3)  # of sqrt(beta_0)
TEMPERINGS = ("fixed", "free", "none")


@keras.saving.register_keras_serializable("kerae.latents")
class HamiltonianPosterior(Latent):
    """A normal code that moves, with a random momentum, to where the model finds it likelier.

        z_0 ~ N(mu(x), diag(sigma(x)^2)),   rho_0 ~ N(0, 1 / beta_0 I)
        K times:  rho <- rho - epsilon / 2 * dU/dz,   z <- z + epsilon * rho,
                  rho <- sqrt(beta_k-1 / beta_k) * (rho - epsilon / 2 * dU/dz)
        U(z) = - log p(x|z) - log p(z)

    with step sizes epsilon that are trained, one a dimension, between 0 and 0.5. The steps keep
    volumes but for the factors, whose product is sqrt(beta_0) a dimension. So, of codes and
    momenta together,

        log q(z_K, rho_K|x) = log q(z_0|x) + log N(rho_0; 0, 1 / beta_0 I) - d/2 log beta_0     nats

    and what the pass takes for log q(z|x) is that less log N(rho_K; 0, I): the mean of p(x|z_K)
    p(z_K) over it is p(x), as that of other weights is. The KL is estimated from the codes drawn;
    it is that of code and momentum together.

    The deterministic code is mu(x), from which the motion starts, and no density of other codes
    than those drawn is known. On the way the decoder is called as outside of training. In other
    formats than SavedModel an exported model has no `score`, which would take its gradient.

    Args:
        latent_dim: Integer, the number of latent dimensions.
        num_leapfrog: Integer, the number K of steps, each of which takes the gradient of the
            decoder. Defaults to 3.
        step_size: Float between 0 and 0.5, where step sizes start. Defaults to 0.05.
        tempering: `"fixed"`, by 1 / sqrt(beta_k) = (1 - 1 / sqrt(beta_0)) k^2 / K^2 + 1 /
            sqrt(beta_0) with a trained beta_0 between 0.01 and 1; `"free"`, by factors that are
            trained, each of its own; or `"none"`, for which beta_0 is 1. Defaults to `"fixed"`.
        num_samples: Integer, the number of codes drawn per example. Defaults to 1.

    Example:

    >>> latent = kerae.latents.HamiltonianPosterior(latent_dim=2)
    >>> sorted(latent(np.zeros((5, 8), "float32")))
    ['log_variance', 'mean']

    Raises:
        ValueError: If a number is out of range, `tempering` is unknown, the encoder's features are
            not of shape `(batch, features)`.
    Reference:
        Caterini, Doucet and Sejdinovic, 2018, https://arxiv.org/abs/1805.11417
    """

    has_density = True
    draws_by_gradient = True
    served = {"mean": "The code: the mean of the normal from which the motion starts."}

    def __init__(
        self,
        latent_dim: int,
        num_leapfrog: int = 3,
        step_size: float = 0.05,
        tempering: str = "fixed",
        num_samples: int = 1,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        check_count("latent_dim", latent_dim)
        check_count("num_leapfrog", num_leapfrog)
        check_positive("step_size", step_size)
        if step_size >= LARGEST_STEP:
            raise ValueError(
                f"Expected `step_size` to be below {LARGEST_STEP}. Received: step_size={step_size}"
            )
        check_choice("tempering", tempering, TEMPERINGS)
        check_count("num_samples", num_samples)
        self.latent_dim = latent_dim
        self.num_leapfrog = num_leapfrog
        self.step_size = step_size
        self.tempering = tempering
        self.num_samples = num_samples
        self.event_shape = (latent_dim,)
        self.normal = Normal(latent_dim, num_samples, dtype=self.dtype_policy)
        self.step_logits = self.add_weight(
            shape=(latent_dim,),
            initializer=initializers.Constant(_logit(step_size / LARGEST_STEP)),
            name="step_logits",
        )
        # Those of sqrt(beta_0), or of the factors, of which it is the product.
        count = {"fixed": 1, "free": num_leapfrog, "none": 0}[tempering]
        self.least = LEAST_ROOT ** (1 / max(count, 1))
        if count:
            start = (START_ROOT ** (1 / count) - self.least) / (1 - self.least)
            self.tempering_logits = self.add_weight(
                shape=(count,),
                initializer=initializers.Constant(_logit(start)),
                name="tempering_logits",
            )

    def build(self, input_shape: Shape) -> None:
        self.normal.build(input_shape)

    def call(self, features: Tensor):
        return self.normal(features)

    def mode(self, posterior: dict[str, Any]) -> Tensor:
        return posterior["mean"]

    def draw(
        self, model: "Autoencoder", outputs: dict, num_samples: int | None = None
    ) -> dict[str, Any]:
        posterior, noise = outputs["posterior"], outputs["noise"]
        start = self.normal.sample(posterior, noise, num_samples)
        gamma = ops.cast(noise.normal((start.shape[1], self.latent_dim)), start.dtype)
        kinetic, factors = self.kinetic(), self.tempering_factors()
        root = math.prod(factors)
        momentum = kinetic.momentum(start, gamma)
        log_q = self.normal.log_prob(posterior, start) + kinetic.log_prob(start, momentum)
        log_q = log_q + self.latent_dim * ops.log(root)
        z, momentum, log_det = leapfrog(
            start,
            momentum / root,
            lambda z: self._slope(model, outputs, z),
            kinetic,
            LARGEST_STEP * ops.sigmoid(ops.convert_to_tensor(self.step_logits)),
            factors,
        )
        return {"z": z, "log_posterior": log_q - log_det - kinetic.log_prob(z, momentum)}

    def log_posterior(self, outputs: dict[str, Any]) -> Tensor:
        return outputs["log_posterior"]

    def kinetic(self) -> Any:
        """The kinetic energy of codes, as it is now."""
        return Flat()

    def tempering_factors(self) -> list[Tensor]:
        """What momenta are multiplied by after each step, a list of scalar tensors."""
        count = self.num_leapfrog
        if self.tempering == "none":
            return [ops.ones((), self.compute_dtype)] * count
        logits = ops.convert_to_tensor(self.tempering_logits)
        roots = self.least + (1 - self.least) * ops.sigmoid(logits)
        if self.tempering == "free":
            return [roots[k] for k in range(count)]
        inverse = [1.0 / roots[0] + (1.0 - 1.0 / roots[0]) * (k / count) ** 2 for k in range(count)]
        inverse.append(ops.ones_like(inverse[0]))
        return [after / before for before, after in pairwise(inverse)]

    def _slope(self, model, outputs, z):
        """dU/dz of codes `(batch, num_samples, latent_dim)`."""

        def potential(z):
            parameters = model.parameters_of_codes(z, outputs["condition"], training=False)
            log_likelihood = model.log_likelihood_of_parameters(
                outputs["target"], parameters, z.shape[1]
            )
            return -(log_likelihood + outputs["prior"].log_prob(z))

        return backend.vjp(potential, z)(ops.ones_like(z[..., 0]))


def _logit(part):
    return math.log(part / (1 - part))
