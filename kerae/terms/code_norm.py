from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from ..checks.types import Tensor
from .term import Term, flat

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


@keras.saving.register_keras_serializable("kerae.terms")
class CodeNorm(Term):
    """Half the squared length of a code, which keeps codes near the origin.

        value = 1/2 * ||z||^2        nats per example

    the negative log-density of z under N(0, I) but for a constant.

    Args:
        weight: Float or `kerae.schedules.Schedule`; the beta of regularized autoencoders.
            Defaults to 1.
    Raises:
        ValueError: If `weight` is a negative number.
    Reference:
        Ghosh et al., 2020, https://arxiv.org/abs/1903.12436
    """

    label = "code_norm"

    def value(self, model: "Autoencoder", outputs: dict[str, Any]) -> Tensor:
        return 0.5 * ops.mean(ops.sum(ops.square(flat(outputs["z"], 2)), axis=-1), axis=1)
