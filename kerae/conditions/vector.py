import math
from typing import Any

import keras
from keras import ops

from ..checks.arrays import check_finite
from ..checks.parts import checked_shape
from ..checks.types import Shape, Tensor
from .condition import Condition


@keras.saving.register_keras_serializable("kerae.conditions")
class Vector(Condition):
    """Any numbers that are known about an example, as they are.

    Args:
        shape: Tuple, the shape of the numbers of one example.
        for_encoder: Boolean, whether the encoder too is given it; else only the decoder is.
            Defaults to true.

    Example:

    >>> condition = kerae.conditions.Vector(shape=(2,))
    >>> keras.ops.convert_to_numpy(condition(np.array([[0.5, 2.0]])))
    array([[0.5, 2. ]], dtype=float32)
    """

    y_dtype = "float32"

    def __init__(self, shape: Shape, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.shape = checked_shape("shape", shape)
        self.y_shape = self.shape
        self.size = math.prod(self.shape)

    def check(self, y: Tensor) -> None:
        check_finite(y, "y")

    def call(self, y: Tensor):
        return ops.reshape(ops.cast(y, self.variable_dtype), (-1, self.size))
