import math

import keras
import numpy as np
from keras import ops

from .condition import Condition


@keras.saving.register_keras_serializable("kerae.conditions")
class Vector(Condition):
    """Any numbers that are known about an example, as they are.

    Args:
        shape: Tuple, the shape of the numbers of one example.

    Example:

    >>> condition = kerae.conditions.Vector(shape=(2,))
    >>> keras.ops.convert_to_numpy(condition(np.array([[0.5, 2.0]])))
    array([[0.5, 2. ]], dtype=float32)
    """

    y_dtype = "float32"

    def __init__(self, shape, **kwargs):
        super().__init__(**kwargs)
        self.shape = tuple(shape)
        self.y_shape = self.shape
        self.size = math.prod(self.shape)

    def check(self, y):
        rows = np.isfinite(y).reshape(len(y), -1).all(axis=1)
        if not rows.all():
            raise ValueError(
                f"Expected finite numbers. Received: NaN or infinity in {(~rows).sum()} of "
                f"{len(y)} rows of `y`. Remove or repair them."
            )

    def call(self, y):
        return ops.reshape(ops.cast(y, self.variable_dtype), (-1, self.size))
