from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from ..checks.numbers import check_count
from ..checks.parts import checked_activation, checked_shape
from ..checks.types import Activation, Tensor
from ..configurable import Configurable


@keras.saving.register_keras_serializable("kerae.networks")
class MADE(Configurable, keras.Layer):
    """Some numbers for each element of a vector, as a function of the elements of lower degree.

        h = activation(z (W * M) + c V + b),   y = h (W' * M') + b'

    with kernels that are masked: a hidden unit of degree k reads elements and units of degree at
    most k, and what comes out for an element reads units of lower degree than the element's. With
    the degrees 1, 2, 3, … each element depends on those before it, which is autoregressive; with
    1, 1, 2, 2 the second half depends on the first. All units may read a context c.

    Degrees of hidden units are spread evenly, where the paper draws them. The last kernel starts
    small, so that at first all numbers are nearly 0.

    Args:
        degrees: Tuple of integers from 1 on, of each element.
        num_outputs: Integer, the numbers for each element. Defaults to 2.
        widths: Sequence of integers, the units of the hidden layers. Defaults to one of 128.
        activation: Keras activation after every hidden layer. Defaults to `"silu"`.
        context_dim: Integer, the size of the context. Defaults to 0, for none.

    Call arguments:
        z: Tensor `(…, len(degrees))`.
        context: Tensor `(…, context_dim)`, whose axes broadcast to those of `z`, or `None`.

    Returns:
        Tensor `(…, len(degrees), num_outputs)`.

    Example:

    >>> network = kerae.networks.MADE(degrees=(1, 2, 3), num_outputs=2)
    >>> tuple(network(np.zeros((5, 3), "float32")).shape)
    (5, 3, 2)

    Raises:
        ValueError: If `degrees` or `widths` is no sequence of positive integers, or a number is
            too small.
    Reference:
        Germain et al., 2015, https://arxiv.org/abs/1502.03509
    """

    def __init__(
        self,
        degrees: Sequence[int],
        num_outputs: int = 2,
        widths: Sequence[int] = (128,),
        activation: Activation = "silu",
        context_dim: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        check_count("num_outputs", num_outputs)
        check_count("context_dim", context_dim, least=0)
        self.degrees = checked_shape("degrees", degrees)
        self.num_outputs = num_outputs
        self.widths = checked_shape("widths", widths, least_axes=0)
        self.activation = checked_activation("activation", activation)
        self.context_dim = context_dim
        masks = self._masks()
        first, *others = masks
        small = keras.initializers.RandomNormal(stddev=1e-3)
        initializers = [*["glorot_uniform"] * len(others), small]
        self.kernels, self.biases, self.masks = [], [], []
        for mask, initializer in zip(masks, initializers, strict=True):
            self.kernels.append(self.add_weight(shape=mask.shape, initializer=initializer))
            self.biases.append(self.add_weight(shape=mask.shape[1:], initializer="zeros"))
            # A variable, so that it lies on the device beside the kernel.
            kept = self.add_weight(shape=mask.shape, initializer="zeros", trainable=False)
            kept.assign(mask)
            self.masks.append(kept)
        if context_dim > 0:
            self.context_kernel = self.add_weight(shape=(context_dim, *first.shape[1:]))
        self.built = True  # Else Keras would call the model to build it.

    def _masks(self):
        """Of the kernel of each layer, the last of shape `(units, elements, num_outputs)`."""
        highest = max(self.degrees) - 1
        lowest = min(min(self.degrees) - (self.context_dim > 0), highest)
        hidden = [np.round(np.linspace(lowest, highest, width)) for width in self.widths]
        given = [np.array(self.degrees), *hidden]
        outputs = np.repeat(np.expand_dims(self.degrees, 1), self.num_outputs, axis=1)
        inner = [np.less_equal.outer(before, after) for before, after in zip(given, hidden)]
        return [each.astype("float32") for each in (*inner, np.less.outer(given[-1], outputs))]

    def call(self, z: Tensor, context: Tensor = None):
        first, *others = zip(self.kernels, self.masks, self.biases)
        h = _layer(z, *first)
        if context is not None and self.context_dim > 0:
            h = h + ops.tensordot(context, self.context_kernel, 1)
        for each in others:
            h = _layer(self.activation(h), *each)
        return h


def _layer(h, kernel, mask, bias):
    return ops.tensordot(h, kernel * mask, 1) + bias
