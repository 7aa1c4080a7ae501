from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from ..checks.types import Tensor
from ..schedules import Weight
from .dictionary import OfSparse

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


@keras.saving.register_keras_serializable("kerae.terms")
class L0(OfSparse):
    """How many units of a sparse code are active.

        value = number of units j with z_j > 0

    It is logged, and has no gradient to be trained on: for that, see
    `kerae.terms.ThresholdSparsity`.

    Raises:
        ValueError: If the model's latent is none of `kerae.latents.sparse`.
    """

    label = "l0"

    def __init__(self, weight: Weight = 0.0, **kwargs: Any) -> None:
        super().__init__(weight, **kwargs)

    def value(self, model: "Autoencoder", outputs: dict[str, Any]) -> Tensor:
        codes = outputs["active"][0] if "active" in outputs else outputs["z"][:, 0]
        return ops.cast(ops.sum(codes > 0, axis=1), "float32")
