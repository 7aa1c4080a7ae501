from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from ..checks.types import Tensor
from ..latents.quantizers import VectorQuantizer
from .quantized import OfQuantizer
from .term import flat

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


@keras.saving.register_keras_serializable("kerae.terms")
class CodebookError(OfQuantizer):
    """How far codes are from the vectors that they stand for; it moves the codes alone.

        value = sum over places of |sg(before) - z|^2

    with sg, through which no gradient passes.

    Args:
        weight: Float or `kerae.schedules.Schedule`. Defaults to 1.
    Raises:
        ValueError: If `weight` is a negative number, or the model's codes are not those of a
            `kerae.latents.VectorQuantizer` that is trained by gradient.
    Reference:
        Van den Oord et al., 2017, https://arxiv.org/abs/1711.00937
    """

    label = "codebook"

    def fit_to(self, model: "Autoencoder") -> None:
        super().fit_to(model)
        latent = model.latent
        if not isinstance(latent, VectorQuantizer) or latent.update != "gradient":
            raise ValueError(
                'Expected a VectorQuantizer with update="gradient" under CodebookError. Received: '
                f"{latent}. Leave the term out: nothing in its codes is trained by gradient."
            )

    def tried_in(self) -> dict[str, Any]:
        latent = VectorQuantizer(8, 3, update="gradient")
        return super().tried_in() | {"latent": latent}

    def value(self, model: "Autoencoder", outputs: dict[str, Any]) -> Tensor:
        difference = ops.stop_gradient(outputs["posterior"]["before"]) - outputs["codes"]
        return ops.sum(ops.square(flat(difference)), axis=-1)
