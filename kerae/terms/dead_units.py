from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from ..checks.types import Tensor
from ..schedules import Weight
from .dictionary import OfSparse
from .term import of_each_example

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


@keras.saving.register_keras_serializable("kerae.terms")
class DeadUnits(OfSparse):
    """The part of the units of a sparse code that are dead, after training so far.

        value = part of the units that no example has activated for the latent's `dead_after`

    the same number for every example. It is logged, and has no gradient.

    Raises:
        ValueError: If the model's latent is none of `kerae.latents.sparse`.
    """

    label = "dead_units"

    def __init__(self, weight: Weight = 0.0, **kwargs: Any) -> None:
        super().__init__(weight, **kwargs)

    def value(self, model: "Autoencoder", outputs: dict[str, Any]) -> Tensor:
        return of_each_example(ops.mean(ops.cast(model.latent.is_dead(), "float32")), outputs)
