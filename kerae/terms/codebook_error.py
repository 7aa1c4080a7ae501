from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from ..checks.types import Tensor
from ..latents.quantizers import VectorQuantizer
from .quantized import OfPairs, check_trained
from .term import flat

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


@keras.saving.register_keras_serializable("kerae.terms")
class CodebookError(OfPairs):
    """How far codes are from the vectors that they stand for; it moves the codes alone.

        value = sum over places of |sg(before) - z|^2

    with sg, through which no gradient passes; of several codebooks the sum over each, of what it
    stands for.

    Args:
        weight: Float or `kerae.schedules.Schedule`. Defaults to 1.
    Raises:
        ValueError: If `weight` is a negative number, or the model's codes are not trained by
            gradient.
    Reference:
        Van den Oord et al., 2017, https://arxiv.org/abs/1711.00937
    """

    label = "codebook"

    def fit_to(self, model: "Autoencoder") -> None:
        super().fit_to(model)
        check_trained(self, model)

    def tried_in(self) -> dict[str, Any]:
        latent = VectorQuantizer(8, 3, update="gradient")
        return super().tried_in() | {"latent": latent}

    def of_pair(self, vectors: Tensor, codes: Tensor) -> Tensor:
        return ops.sum(ops.square(flat(ops.stop_gradient(vectors) - codes)), axis=-1)
