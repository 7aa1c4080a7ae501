import keras
from keras import ops

from ..checks.types import Tensor
from .quantized import OfUsage


@keras.saving.register_keras_serializable("kerae.terms")
class Perplexity(OfUsage):
    """How many codes it would take, all chosen alike, to be as uncertain of the choice as it is.

        value = exp( - sum over k of  p_k log p_k )        from 1 to num_codes

    with p_k the part of choices that fell on code k, in all of an epoch or an evaluation: not the
    mean of batches, in each of which fewer codes are seen. Of several codebooks, as of
    `kerae.latents.Residual`, it is the mean over them. It is logged, and not trained on.

    Raises:
        ValueError: If the model's latent is no quantizer.
    """

    label = "perplexity"

    def summary(self, counts: Tensor) -> Tensor:
        p = counts / ops.maximum(ops.sum(counts, axis=1, keepdims=True), 1.0)
        entropy = -ops.sum(p * ops.log(ops.where(p > 0, p, 1.0)), axis=1)
        return ops.mean(ops.exp(entropy))
