from typing import Any

import keras
from keras import ops

from ..checks.types import ArrayLike, Shape
from ..part import Part


@keras.saving.register_keras_serializable("kerae.networks")
class SpectralNormalization(Part):
    """A network that sees each of its kernels divided by the kernel's largest singular value.

        W' = W / sigma,   sigma = v^T W u,   v = W u_0 / |W u_0|,   u = W^T v / |W^T v|

    one step of the power method from the u_0 of the training step before, of which u takes the
    place. Kernels are all trainable variables of two axes and more, as matrices whose columns are
    the last axis; biases stay as they are. The gradient passes through sigma, and neither
    through u nor v.

    Args:
        network: Keras model or layer, such as a decoder.

    Example:

    >>> decoder = kerae.networks.dense_decoder((2,), (8, 8, 1))
    >>> network = kerae.networks.SpectralNormalization(decoder)
    >>> tuple(network(np.zeros((3, 2), "float32")).shape)
    (3, 8, 8, 1)

    Reference:
        Miyato et al., 2018, https://arxiv.org/abs/1802.05957
    """

    def __init__(self, network: keras.Layer, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.network = network

    @property
    def layers(self):
        """Those of the network."""
        return getattr(self.network, "layers", [self.network])

    def build(self, input_shape: Shape) -> None:
        self.network(keras.KerasTensor(input_shape))
        self.kernels = [v for v in self.network.trainable_variables if len(v.shape) > 1]
        self.directions = [
            self.add_weight(shape=(kernel.shape[-1],), initializer="random_normal", trainable=False)
            for kernel in self.kernels
        ]

    def call(self, x: ArrayLike, training: bool = False):
        values = [(variable, variable.value) for variable in self.network.variables]
        for kernel, direction in zip(self.kernels, self.directions):
            sigma, u = _largest_singular_value(kernel.value, direction.value)
            values.append((kernel, kernel.value / sigma))
            if training:
                direction.assign(u)
        with keras.StatelessScope(state_mapping=values) as scope:
            y = self.network(x, training=training)
        if training:  # what the call changed, such as moving averages
            for variable in self.network.non_trainable_variables:
                variable.assign(scope.get_current_value(variable))
        return y


def _largest_singular_value(kernel, direction):
    matrix = ops.reshape(kernel, (-1, kernel.shape[-1]))
    fixed = ops.stop_gradient(matrix)
    v = _unit(ops.matmul(fixed, direction))
    u = _unit(ops.matmul(v, fixed))
    return ops.sum(v * ops.matmul(matrix, u)), u


def _unit(vector):
    return vector / (ops.norm(vector) + keras.config.epsilon())
