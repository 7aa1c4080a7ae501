from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from ..checks.numbers import check_count
from ..checks.types import Tensor
from .prior import Prior, refuse_labels

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


@keras.saving.register_keras_serializable("kerae.priors")
class Joint(Prior):
    """The prior of `kerae.latents.Joint`: its parts are independent, and each has its own.

        log p(z) = sum over parts of log p(z_p)        nats

    Args:
        parts: List of `kerae.priors.Prior`, one for each part of the latent, in its order.

    Example:

    >>> latent = kerae.latents.Joint([kerae.latents.Normal(2), kerae.latents.Categorical(1, 3)])
    >>> prior = kerae.priors.Joint([kerae.priors.StandardNormal(), kerae.priors.UniformCodes()])
    >>> model = kerae.Autoencoder((8, 8, 1), latent, prior=prior)
    >>> model.sample(4, seed=0).shape
    (4, 8, 8, 1)

    Raises:
        ValueError: When it becomes part of a model whose latent has other parts.
    """

    space = None  # of each part, its own

    def __init__(self, parts: Sequence[Prior], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        check_count("number of parts", len(parts))
        self.parts = list(parts)

    def tried_in(self) -> dict[str, Any]:
        from ..latents import Joint as JointLatent

        latents = [part.tried_in()["latent"] for part in self.parts]
        return JointLatent(latents).tried_in() | {"prior": self}

    def fit_to(self, model: "Autoencoder") -> None:
        from ..latents import Joint as JointLatent

        super().fit_to(model)
        latent = model.latent
        if not isinstance(latent, JointLatent) or len(latent.parts) != len(self.parts):
            parts = f" of {len(latent.parts)} parts" if isinstance(latent, JointLatent) else ""
            raise ValueError(
                f"Expected a kerae.latents.Joint of {len(self.parts)} parts, as many as this prior "
                f"has. Received: {type(latent).__name__}{parts}. Give each part a prior."
            )
        for prior, own in zip(self.parts, _of_parts(model)):
            prior.fit_to(own)

    def given(self, model: "Autoencoder", outputs: dict):
        latent = model.latent
        passes = (latent.pass_of(number, outputs) for number in range(1, len(self.parts) + 1))
        each = zip(self.parts, _of_parts(model), passes)
        densities = [prior.given(own, outputs) for prior, own, outputs in each]
        return OfParts(latent, densities)

    def check_fitted(self) -> None:
        for part in self.parts:
            part.check_fitted()


class OfParts:
    """The density of codes of several parts in one pass.

    Args:
        latent: `kerae.latents.Joint`.
        parts: List of densities, one for each of its parts.
    """

    def __init__(self, latent: Any, parts: Sequence[Any]) -> None:
        self.latent = latent
        self.parts = parts

    def log_prob(self, z: Tensor) -> Tensor:
        return sum(part.log_prob(piece) for part, piece in zip(self.parts, self.latent.split(z)))

    def sample(self, noise: Any, labels: Tensor = None) -> Tensor:
        refuse_labels(self, labels)
        return ops.concatenate([part.sample(noise) for part in self.parts], axis=-1)


def _of_parts(model) -> list[Any]:
    """The model as the prior of each part sees it: with the latent of that part."""
    from ..latents.composite import WithLatent

    return [WithLatent(model, number) for number in range(1, len(model.latent.parts) + 1)]
