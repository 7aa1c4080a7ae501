from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from ..checks.types import Tensor
from .term import Term, of_each_example

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


@keras.saving.register_keras_serializable("kerae.terms")
class DecoderNorm(Term):
    """The squared length of the decoder's weights: weight decay, as a term of the loss.

        value = ||theta||^2,   theta: every trainable variable of the decoder, biases included

    the same number for every example.

    Args:
        weight: Float or `kerae.schedules.Schedule`. Defaults to 1.
    Raises:
        ValueError: If `weight` is a negative number.
    Reference:
        Ghosh et al., 2020, https://arxiv.org/abs/1903.12436 (RAE-L2)
    """

    label = "decoder_norm"

    def value(self, model: "Autoencoder", outputs: dict[str, Any]) -> Tensor:
        squares = [ops.sum(ops.square(theta)) for theta in model.decoder.trainable_variables]
        return of_each_example(sum(squares), outputs)
