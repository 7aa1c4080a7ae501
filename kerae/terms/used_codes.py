import keras
from keras import ops

from ..checks.types import Tensor
from .quantized import OfUsage


@keras.saving.register_keras_serializable("kerae.terms")
class UsedCodes(OfUsage):
    """The part of the codes that were chosen at least once, in all of an epoch or an evaluation.

    Of several codebooks, as of `kerae.latents.Residual`, the codes of all are counted. It is
    logged, and not trained on.

    Raises:
        ValueError: If the model's latent is no quantizer.
    """

    label = "used_codes"

    def summary(self, counts: Tensor) -> Tensor:
        return ops.mean(ops.cast(counts > 0, "float32"))
