from typing import TYPE_CHECKING, Any

import keras

from ..adversaries.density_ratio import DensityRatio
from ..checks.types import Tensor
from .term import Term

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


@keras.saving.register_keras_serializable("kerae.terms")
class EstimatedTotalCorrelation(Term):
    """How far the dimensions of codes are from independent, as a critic sees it.

        value = log( q(z) / product over j of q(z_j) ) = - D(z)        nats per example

    whose mean is the total correlation KL(q(z) || product of the q(z_j)), as far as the critic D,
    the model's `kerae.adversaries.DensityRatio`, has learned it. It is too low, and may be
    negative, where the critic is behind.

    Args:
        weight: Float or `kerae.schedules.Schedule`. Defaults to 1.
    Raises:
        ValueError: If `weight` is a negative number, or the model's adversary is another.
    Reference:
        Kim and Mnih, 2018, https://arxiv.org/abs/1802.05983
    """

    label = "total_correlation"
    reads_adversary = True

    def tried_in(self) -> dict[str, Any]:
        return super().tried_in() | {"adversary": DensityRatio()}

    def fit_to(self, model: "Autoencoder"):
        if not isinstance(model.adversary, DensityRatio):
            raise ValueError(
                "EstimatedTotalCorrelation needs a model with "
                "adversary=kerae.adversaries.DensityRatio(). Received: "
                f"{type(model.adversary).__name__}."
            )

    def value(self, model: "Autoencoder", outputs: dict[str, Any]) -> Tensor:
        return -model.adversary.verdicts(model, outputs)[:, 0]
