from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from ..checks.types import Tensor
from .term import Term, flat

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


@keras.saving.register_keras_serializable("kerae.terms")
class L1(Term):
    """The sum of the absolute values of a code: few units are active for any one example.

        value = sum over code units j of |z_j|

    for a code of real numbers, best of rectified ones, which can be exactly 0. It does not bound
    the decoder's weights, which can make up for smaller codes.

    Args:
        weight: Float or `kerae.schedules.Schedule`. Defaults to 1.
    Raises:
        ValueError: If `weight` is a negative number.
    Reference:
        Olshausen and Field, 1996, https://doi.org/10.1038/381607a0 (one of their sparse codes)
    """

    label = "l1"

    def value(self, model: "Autoencoder", outputs: dict[str, Any]) -> Tensor:
        return ops.mean(ops.sum(ops.abs(flat(outputs["z"], 2)), axis=-1), axis=1)
