from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from ..geometry import Discrete
from .components import drawn_number
from .prior import Prior, refuse_labels

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


@keras.saving.register_keras_serializable("kerae.priors")
class UniformCodes(Prior):
    """All codes of a quantizer alike, at each place of a map by themselves, or all categories.

        log p(z) = - sum over places of log(num_codes)        nats

    Of `kerae.latents.Categorical` places are variables, and codes are categories. What is drawn of
    it is mostly no example of a quantizer: codes of neighboring places belong together.

    Example:

    >>> latent = kerae.latents.VectorQuantizer(num_codes=16, code_dim=3)
    >>> model = kerae.Autoencoder((8, 8, 1), latent, prior=kerae.priors.UniformCodes())
    >>> float(model.score(np.zeros((1, 8, 8, 1), "float32"), num_samples=1)["kl"][0])  # log 16
    2.772588...

    Raises:
        ValueError: When it becomes part of a model whose latent is of another kind.
    """

    space = Discrete

    def fit_to(self, model: "Autoencoder") -> None:
        from ..latents import Discrete as DiscreteCodes

        super().fit_to(model)
        if not isinstance(model.latent, DiscreteCodes):
            raise ValueError(
                "Expected codes of a kerae.latents.Categorical or Quantizer under UniformCodes. "
                f"Received: those of {type(model.latent).__name__}. Take "
                "kerae.latents.VectorQuantizer, or another prior."
            )

    def tried_in(self) -> dict[str, Any]:
        from ..latents import VectorQuantizer

        return VectorQuantizer(8, 3).tried_in() | {"prior": self}

    def given(self, model: "Autoencoder", outputs: dict):
        return OfCodes(model.latent)


class OfCodes:
    """The prior of the codes of a latent, which are all alike."""

    def __init__(self, latent):
        self.latent = latent

    def log_prob(self, z):
        return ops.full_like(
            z[(..., *(0,) * len(self.latent.event_shape))], -self.latent.log_num_codes
        )

    def sample(self, noise, labels=None):
        refuse_labels(self, labels)
        uniform = noise.uniform(self.latent.places)
        return self.latent.codes_of(drawn_number(uniform, self.latent.num_codes_at))
