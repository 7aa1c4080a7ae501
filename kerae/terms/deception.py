from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from ..adversaries import LatentCritic
from ..checks.types import Tensor
from .term import Term

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


@keras.saving.register_keras_serializable("kerae.terms")
class Deception(Term):
    """Makes the model produce what its adversary takes for real.

        value = - mean over fakes of  log sigmoid(D(fake))        nats per example

    the non-saturating loss of a generator, for a model that has an `adversary`.

    Args:
        weight: Float or `kerae.schedules.Schedule`. Defaults to 1.
    Raises:
        ValueError: If `weight` is a negative number, or the model has no adversary.
    Reference:
        Goodfellow et al., 2014, https://arxiv.org/abs/1406.2661
    """

    label = "adversarial"
    reads_adversary = True

    def tried_in(self) -> dict[str, Any]:
        return super().tried_in() | {"adversary": LatentCritic()}

    def fit_to(self, model: "Autoencoder") -> None:
        check_adversary(self, model)

    def value(self, model: "Autoencoder", outputs: dict[str, Any]) -> Tensor:
        return ops.mean(ops.softplus(-model.adversary.verdicts(model, outputs)), axis=1)


def check_adversary(term: Any, model: "Autoencoder"):
    """Raises a `ValueError` if the model of a term that needs an adversary has none."""
    if model.adversary is None:
        raise ValueError(
            f"{type(term).__name__} needs a model with an adversary. Received: none. Pass, for "
            "example, adversary=kerae.adversaries.LatentCritic()."
        )
