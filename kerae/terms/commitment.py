import keras
from keras import ops

from ..checks.types import Tensor
from .quantized import OfPairs
from .term import flat


@keras.saving.register_keras_serializable("kerae.terms")
class Commitment(OfPairs):
    """How far the encoder is from the codes that stand for what it says; it moves the encoder.

        value = sum over places of |before - sg(z)|^2

    with sg, through which no gradient passes; of several codebooks the sum over each, of what it
    stands for. Its weight is the beta of the paper.

    Args:
        weight: Float or `kerae.schedules.Schedule`. Defaults to 1; 0.25 in `kerae.VQVAE`, as in the
            paper.
    Raises:
        ValueError: If `weight` is a negative number, or the model's latent no quantizer.
    Reference:
        Van den Oord et al., 2017, https://arxiv.org/abs/1711.00937
    """

    label = "commitment"

    def of_pair(self, vectors: Tensor, codes: Tensor) -> Tensor:
        return ops.sum(ops.square(flat(vectors - ops.stop_gradient(codes))), axis=-1)
