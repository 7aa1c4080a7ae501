import math
from typing import Any

import keras
from keras import ops

from ..checks.numbers import check_count
from ..checks.types import Shape, Tensor
from .experts import Experts, networks_to_try
from .latent import Latent


@keras.saving.register_keras_serializable("kerae.latents")
class MixtureOfExperts(Latent):
    """A code of one of several modalities: a mixture of the normals of those that are there.

        q(z|x) = 1/M * sum over the M modalities m that are there of N(z; mu_m, diag(sigma_m^2))

    Where nothing is there, it is the standard normal. Means and log-variances of each modality are
    linear in its features; log-variances are limited to [-20, 20].

    Each code is drawn of a modality of its own, independently of others, and differentiated as a
    draw of that normal. The deterministic code is the mean of q(z|x). The KL is estimated from the
    codes drawn, and their log q(z|x) is that of the whole mixture.

    Args:
        latent_dim: Integer, the number of latent dimensions.
        num_samples: Integer, the number of codes drawn per example. Defaults to 1.

    Call arguments:
        features: List of the features `(batch, features)` of each modality, and last of the flags
            `(batch, modalities)` of those that are there, as `kerae.networks.multimodal_encoder`
            gives it.

    Example:

    >>> latent = kerae.latents.MixtureOfExperts(latent_dim=2)
    >>> features = [np.ones((5, 8)), np.ones((5, 3)), np.ones((5, 2))]
    >>> {name: tuple(each.shape) for name, each in latent(features).items()}
    {'means': (5, 3, 2), 'log_variances': (5, 3, 2), 'weights': (5, 3)}

    Raises:
        ValueError: If a number is below 1, or the encoder gives no such list.
    Reference:
        Shi et al., 2019, https://arxiv.org/abs/1911.03393 (there with Laplace distributions, and
        as many codes of each modality)
    """

    has_density = True
    served = {"mean": "The code: the mean of q(z|x)."}

    def __init__(self, latent_dim: int, num_samples: int = 1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        check_count("latent_dim", latent_dim)
        check_count("num_samples", num_samples)
        self.latent_dim = latent_dim
        self.num_samples = num_samples
        self.event_shape = (latent_dim,)
        self.experts = Experts(latent_dim, dtype=self.dtype_policy)

    def tried_in(self) -> dict[str, Any]:
        return super().tried_in() | networks_to_try()

    def build(self, input_shape: Shape) -> None:
        self.experts.build(input_shape)

    def call(self, features: Any):
        means, log_variances, there = self.experts(features)
        count = ops.sum(there, axis=1, keepdims=True)
        # First the prior, for examples of which nothing is there.
        weights = ops.concatenate([1.0 - ops.minimum(count, 1.0), there], axis=1)
        prior = ops.zeros_like(means[:, :1])
        return {
            "means": ops.concatenate([prior, means], axis=1),
            "log_variances": ops.concatenate([prior, log_variances], axis=1),
            "weights": weights / ops.maximum(count, 1.0),
        }

    def mode(self, posterior: dict[str, Any]) -> Tensor:
        return ops.sum(ops.expand_dims(posterior["weights"], -1) * posterior["means"], axis=1)

    def sample(
        self, posterior: dict[str, Any], noise: Any, num_samples: int | None = None
    ) -> Tensor:
        count = num_samples or self.num_samples
        means, log_variances = posterior["means"], posterior["log_variances"]
        chosen = self._chosen(posterior["weights"], noise.uniform((count,)))
        mean, log_variance = (
            ops.sum(chosen * ops.expand_dims(each, 1), axis=2) for each in (means, log_variances)
        )
        epsilon = ops.cast(noise.normal((count, self.latent_dim)), mean.dtype)
        return mean + ops.exp(0.5 * log_variance) * epsilon

    def _chosen(self, weights, uniform):
        """The component of each code, one-hot, `(batch, num_samples, components, 1)`."""
        uniform = ops.expand_dims(ops.cast(uniform, weights.dtype), -1)
        below = ops.expand_dims(ops.cumsum(weights, axis=1) - weights, 1)
        is_there = ops.expand_dims(weights, 1) > 0
        # Of the components that are there, the last that begins below the draw.
        begun = ops.cast(ops.logical_and(is_there, below <= uniform), weights.dtype)
        number = ops.sum(begun, axis=-1, keepdims=True)
        is_last = ops.cast(ops.equal(ops.cumsum(begun, axis=-1), number), weights.dtype)
        return ops.expand_dims(begun * is_last, -1)

    def log_prob(self, posterior: dict[str, Any], z: Tensor) -> Tensor:
        means, log_variances, weights = (
            ops.expand_dims(posterior[name], 1) for name in ("means", "log_variances", "weights")
        )
        squared = ops.square(ops.expand_dims(z, 2) - means) * ops.exp(-log_variances)
        elements = squared + log_variances + math.log(2 * math.pi)
        log_probs = -0.5 * ops.sum(elements, axis=-1)
        is_there = weights > 0
        log_weights = ops.log(ops.where(is_there, weights, 1.0))
        joint = ops.where(is_there, log_weights + log_probs, -math.inf)
        return ops.logsumexp(joint, axis=-1)
