from typing import Any

import keras

from ..checks.types import Shape, Tensor
from ..part import Part


@keras.saving.register_keras_serializable("kerae.targets")
class Target(Part):
    """What a reconstruction is compared with: the input, as the model sees it.

        log p(target | z),   target = preprocessing(x)

    Subclasses that define another one override `call` and `shape_of`; those that need `y` also
    have `y_shape`, `y_dtype`, `known_labels` and `check`, as a `kerae.conditions.Condition`.

    Call arguments:
        x: Tensor `(batch, *data_shape)`, the preprocessed examples.
        y: Tensor of what `fit` was given beside the examples, or `None`.

    Attributes:
        reads_labels: Boolean, whether `fit` and `evaluate` need `y` for it.

    Example:

    >>> target = kerae.targets.Target()
    >>> target.shape_of((8, 8, 1))
    (8, 8, 1)
    """

    reads_labels = False
    known_labels = None

    def tried_in(self) -> dict[str, Any]:
        from ..latents import Deterministic

        return {"latent": Deterministic(2), "likelihood": "normal", "target": self}

    def call(self, x: Tensor, y: Tensor = None):
        return x

    def shape_of(self, data_shape: Shape):
        """The shape of one target, for examples of shape `data_shape`."""
        return tuple(data_shape)
