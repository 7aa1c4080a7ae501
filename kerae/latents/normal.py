import math
from typing import Any

import keras
from keras import ops

from ..checks.numbers import check_count
from ..checks.types import Shape, Tensor
from ..ops.bounded import bounded
from ..priors.standard_normal import StandardNormal
from .latent import Latent
from .linear_head import LinearHead

DENSITY = ("sample", "log_prob", "draw", "log_posterior")  # the methods that say what q(z|x) is


@keras.saving.register_keras_serializable("kerae.latents")
class Normal(Latent):
    """A code drawn from a normal with diagonal covariance, by the reparameterization trick.

        q(z|x) = N(z; mu(x), diag(sigma(x)^2)),   z = mu + sigma * epsilon,  epsilon ~ N(0, I)

    Mean and log-variance are linear in the encoder's features; log-variances are limited to
    [-20, 20]. The KL from a standard normal is exact; that of a subclass that draws otherwise, by
    its own `sample`, `draw`, `log_prob` or `log_posterior`, is estimated from the codes drawn.

    Args:
        latent_dim: Integer, the number of latent dimensions.
        num_samples: Integer, the number L of codes drawn per example in the Monte-Carlo
            estimate of the reconstruction. Defaults to 1.

    Example:

    >>> latent = kerae.latents.Normal(latent_dim=2)
    >>> sorted(latent(np.zeros((5, 8), "float32")))
    ['log_variance', 'mean']

    Raises:
        ValueError: If `num_samples` is below 1, or the encoder's features are not of shape
            `(batch, features)`.
    Reference:
        Kingma and Welling, 2014, https://arxiv.org/abs/1312.6114
    """

    has_density = True
    served = {
        "mean": "Mean of q(z|x), the code.",
        "log_variance": "Logarithm of the variance of q(z|x) in each dimension.",
    }

    def __init__(self, latent_dim: int, num_samples: int = 1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        check_count("latent_dim", latent_dim)
        check_count("num_samples", num_samples)
        self.latent_dim = latent_dim
        self.num_samples = num_samples
        self.event_shape = (latent_dim,)
        self.make_heads()

    def make_heads(self) -> None:
        """Makes the layers that give mean and log-variance."""
        self.mean_head = LinearHead(self.latent_dim, dtype=self.dtype_policy)
        self.log_variance_head = LinearHead(self.latent_dim, dtype=self.dtype_policy)

    def build(self, input_shape: Shape) -> None:
        self.mean_head.build(input_shape)
        self.log_variance_head.build(input_shape)

    def call(self, features: Tensor):
        return {
            "mean": self.mean_head(features),
            "log_variance": bounded(self.log_variance_head(features)),
        }

    def mode(self, posterior: dict[str, Any]) -> Tensor:
        return posterior["mean"]

    def sample(
        self, posterior: dict[str, Any], noise: Any, num_samples: int | None = None
    ) -> Tensor:
        mean, log_variance = _per_sample(posterior)
        epsilon = noise.normal((num_samples or self.num_samples, self.latent_dim))
        return mean + ops.exp(0.5 * log_variance) * ops.cast(epsilon, mean.dtype)

    def log_prob(self, posterior: dict[str, Any], z: Tensor) -> Tensor:
        mean, log_variance = _per_sample(posterior)
        squared = ops.square(z - mean) * ops.exp(-log_variance)
        return -0.5 * ops.sum(squared + log_variance + math.log(2 * math.pi), axis=-1)

    def kl_divergence(self, outputs: dict[str, Any]):
        if type(outputs["prior"]) is not StandardNormal or not self._draws_as_normal():
            return super().kl_divergence(outputs)
        mean, log_variance = (outputs["posterior"][name] for name in ("mean", "log_variance"))
        return 0.5 * (ops.square(mean) + ops.exp(log_variance) - 1.0 - log_variance)

    def _draws_as_normal(self):
        """Whether codes are what `Normal` draws: a subclass may draw others, of other densities."""
        return all(getattr(type(self), name) is getattr(Normal, name) for name in DENSITY)


def _per_sample(posterior):
    """Mean and log-variance with an axis for samples, `(batch, 1, latent_dim)`."""
    return ops.expand_dims(posterior["mean"], 1), ops.expand_dims(posterior["log_variance"], 1)
