from typing import Any

import keras
from keras import ops

from ..checks.types import Activation, ArrayLike, Shape


@keras.saving.register_keras_serializable("kerae.networks")
class TiedDense(keras.Layer):
    """A dense layer with the transposed kernel of another one, and a bias of its own.

        y = activation(x W^T + c),   where the other layer computes  activation'(x W + b)

    W is one variable: the gradient of a loss by it is the sum over both places. A model that
    holds this layer has to hold the other one too; its config is that model's to keep.

    Args:
        tied_to: `keras.layers.Dense`, which is built before this layer.
        activation: Keras activation, or `None` for a linear layer.
    """

    def __init__(self, tied_to: Any, activation: Activation = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.tied_to = tied_to
        self.activation = keras.activations.get(activation)

    def build(self, input_shape: Shape) -> None:
        units = self.tied_to.kernel.shape[0]
        self.bias = self.add_weight(shape=(units,), initializer="zeros", name="bias")

    def call(self, x: ArrayLike):
        kernel = ops.transpose(self.tied_to.kernel)
        return self.activation(ops.matmul(x, kernel) + self.bias)
