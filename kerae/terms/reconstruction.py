from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from ..checks.types import Tensor
from .term import Term

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


@keras.saving.register_keras_serializable("kerae.terms")
class Reconstruction(Term):
    """The negative log-likelihood of the data under the decoder.

        value = - 1/L * sum over the L codes drawn of  log p(x|z)        nats per example

    Args:
        weight: Float or `kerae.schedules.Schedule`. Defaults to 1.
    Raises:
        ValueError: If `weight` is a negative number.
    """

    label = "reconstruction"

    def tried_in(self) -> dict[str, Any]:
        return super().tried_in() | {"terms": [self]}

    def value(self, model: "Autoencoder", outputs: dict[str, Any]) -> Tensor:
        return -ops.mean(outputs["log_likelihood"], axis=1)
