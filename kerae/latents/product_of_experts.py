from typing import Any

import keras
from keras import ops

from ..checks.types import Shape
from .experts import Experts, networks_to_try
from .normal import Normal


@keras.saving.register_keras_serializable("kerae.latents")
class ProductOfExperts(Normal):
    """A normal code of several modalities: the prior times a normal of each that is there.

        q(z|x) proportional to  N(z; 0, I) * product over m that are there of N(z; mu_m, sigma_m^2)

        precision = 1 + sum over m of 1 / sigma_m^2,   mean = sum over m of mu_m / sigma_m^2
                                                              / precision

    with diagonal covariances. Where nothing is there, it is the standard normal. Means and
    log-variances of each modality are linear in its features; log-variances are limited to
    [-20, 20]. The KL from a standard normal is exact.

    Args:
        latent_dim: Integer, the number of latent dimensions.
        num_samples: Integer, the number of codes drawn per example. Defaults to 1.

    Call arguments:
        features: List of the features `(batch, features)` of each modality, and last of the flags
            `(batch, modalities)` of those that are there, as `kerae.networks.multimodal_encoder`
            gives it.

    Example:

    >>> latent = kerae.latents.ProductOfExperts(latent_dim=2)
    >>> features = [np.ones((5, 8)), np.ones((5, 3)), np.ones((5, 2))]
    >>> {name: tuple(each.shape) for name, each in latent(features).items()}
    {'mean': (5, 2), 'log_variance': (5, 2)}

    Raises:
        ValueError: If a number is below 1, or the encoder gives no such list.
    Reference:
        Wu and Goodman, 2018, https://arxiv.org/abs/1802.05335
    """

    def __init__(self, latent_dim: int, num_samples: int = 1, **kwargs: Any) -> None:
        super().__init__(latent_dim, num_samples, **kwargs)
        self.experts = Experts(latent_dim, dtype=self.dtype_policy)

    def tried_in(self) -> dict[str, Any]:
        return super().tried_in() | networks_to_try()

    def make_heads(self) -> None:
        """Makes none: experts have theirs."""

    def build(self, input_shape: Shape) -> None:
        self.experts.build(input_shape)

    def call(self, features: Any):
        means, log_variances, there = self.experts(features)
        precisions = ops.expand_dims(there, -1) * ops.exp(-log_variances)
        precision = 1.0 + ops.sum(precisions, axis=1)
        mean = ops.sum(precisions * means, axis=1) / precision
        return {"mean": mean, "log_variance": -ops.log(precision)}
