from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from ..checks.types import Tensor
from .quantized import OfQuantizer
from .term import flat

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


@keras.saving.register_keras_serializable("kerae.terms")
class Commitment(OfQuantizer):
    """How far the encoder is from the codes that stand for what it says; it moves the encoder.

        value = sum over places of |before - sg(z)|^2

    with sg, through which no gradient passes. Its weight is the beta of the paper.

    Args:
        weight: Float or `kerae.schedules.Schedule`. Defaults to 1; 0.25 in `kerae.VQVAE`, as in the
            paper.
    Raises:
        ValueError: If `weight` is a negative number, or the model's latent no quantizer.
    Reference:
        Van den Oord et al., 2017, https://arxiv.org/abs/1711.00937
    """

    label = "commitment"

    def value(self, model: "Autoencoder", outputs: dict[str, Any]) -> Tensor:
        difference = outputs["posterior"]["before"] - ops.stop_gradient(outputs["codes"])
        return ops.sum(ops.square(flat(difference)), axis=-1)
