from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from ..checks.types import Tensor
from .dictionary import data_scale, residual
from .term import Term

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


@keras.saving.register_keras_serializable("kerae.terms")
class SquaredError(Term):
    """The squared distance of an example from its reconstruction, of which dictionaries speak.

        value = s^2 * sum over elements of (target - x_hat)^2

    with s the scale of the data of a `kerae.networks.DictionaryDecoder`, else 1. It is no number of
    nats: twice the `kerae.terms.Reconstruction` under a normal likelihood, without its constant.

    Args:
        weight: Float or `kerae.schedules.Schedule`. Defaults to 1.
    Raises:
        ValueError: If `weight` is a negative number.
    """

    label = "squared_error"

    def value(self, model: "Autoencoder", outputs: dict[str, Any]) -> Tensor:
        squares = ops.sum(ops.square(residual(model, outputs)), axis=1)
        of_each = ops.mean(ops.reshape(squares, (-1, outputs["z"].shape[1])), axis=1)
        return ops.square(data_scale(model)) * of_each
