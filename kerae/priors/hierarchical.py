from typing import TYPE_CHECKING, Any, NamedTuple

import keras
from keras import ops

from ..checks.types import Tensor
from .prior import Prior, refuse_labels

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


@keras.saving.register_keras_serializable("kerae.priors")
class Hierarchical(Prior):
    """The density of codes in layers, each normal given those above it.

        log p(z) = log p(z_L) + sum over i < L of log p(z_i | z_(i+1), …, z_L)        nats

    Its network is that of the model's latent, which also draws q(z|x) from it: the prior itself
    has no variables.

    Example:

    >>> prior = kerae.priors.Hierarchical()
    >>> latent = kerae.latents.Ladder((4, 2))
    >>> model = kerae.Autoencoder((8, 8, 1), latent, prior=prior)
    >>> model.sample(3).shape
    (3, 8, 8, 1)

    Raises:
        ValueError: If the model's latent has no layers.
    Reference:
        Sønderby et al., 2016, https://arxiv.org/abs/1602.02282
    """

    def fit_to(self, model: "Autoencoder") -> None:
        from ..latents.hierarchical import Hierarchical as HierarchicalLatent

        if not isinstance(model.latent, HierarchicalLatent):
            raise ValueError(
                "Expected a latent whose codes lie in layers under a Hierarchical prior. Received: "
                f"{type(model.latent).__name__}. Use kerae.latents.Ladder or TopDown, or another "
                "prior."
            )
        super().fit_to(model)

    def tried_in(self) -> dict[str, Any]:
        from ..latents import Ladder

        return super().tried_in() | {"latent": Ladder((3, 2))}

    def given(self, model: "Autoencoder", outputs: dict):
        return _WayDown(model.latent)


class _WayDown(NamedTuple):
    latent: Any

    def log_prob(self, z: Tensor) -> Tensor:
        steps, _ = self.latent.descend(ops.reshape(z, (-1, *self.latent.event_shape)))
        total = sum(prior.log_prob(code) for code, prior, _ in steps)
        return ops.reshape(total, ops.shape(z)[:-1])

    def sample(self, noise: Any, labels: Tensor = None) -> Tensor:
        refuse_labels(self, labels)
        latent = self.latent
        drawn = ops.cast(noise.normal(latent.event_shape), latent.compute_dtype)
        return latent.joined(latent.descend(drawn, draw=True)[0])
