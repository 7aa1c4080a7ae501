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

        h = activation(z (W * M) + c V + b) (1 + c U),   y = h (W' * M') + c V' + b'

    with kernels that are masked: a hidden unit of degree k reads elements and units of degree at
    most k, and what comes out for an element reads units of lower degree than the element's. With
    the degrees 1, 2, 3, … each element depends on those before it, which is autoregressive; with
    1, 1, 2, 2 the second half depends on the first. All may read a context c, which shifts what
    comes out of each layer, and scales hidden units.

    Degrees of hidden units are spread evenly, where the paper draws them. The last kernels start
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
        Germain et al., 2015, https://arxiv.org/abs/1502.03509;
        Perez et al., 2018, https://arxiv.org/abs/1709.07871 (units that a context shifts and
        scales)
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
        small = keras.initializers.RandomNormal(stddev=1e-3)
        initializers = [*["glorot_uniform"] * len(self.widths), small]
        self.kernels, self.biases, self.masks, self.shifts, self.gates = [], [], [], [], []
        for mask, initializer in zip(masks, initializers, strict=True):
            self.kernels.append(self.add_weight(shape=mask.shape, initializer=initializer))
            self.biases.append(self.add_weight(shape=mask.shape[1:], initializer="zeros"))
            # A variable, so that it lies on the device beside the kernel.
            kept = self.add_weight(shape=mask.shape, initializer="zeros", trainable=False)
            kept.assign(mask)
            self.masks.append(kept)
            if context_dim > 0:
                shape = (context_dim, *mask.shape[1:])
                self.shifts.append(self.add_weight(shape=shape, initializer=initializer))
                if initializer is not small:
                    self.gates.append(self.add_weight(shape=shape, initializer="zeros"))
        self.built = True  # Else Keras would call the model to build it.

    def _masks(self):
        """Of the kernel of each layer, the last of shape `(units, elements, num_outputs)`."""
        highest = max(self.degrees) - 1
        lowest = min(*self.degrees, highest)
        hidden = [np.round(np.linspace(lowest, highest, width)) for width in self.widths]
        given = [np.array(self.degrees), *hidden]
        outputs = np.repeat(np.expand_dims(self.degrees, 1), self.num_outputs, axis=1)
        inner = [np.less_equal.outer(before, after) for before, after in zip(given, hidden)]
        return [each.astype("float32") for each in (*inner, np.less.outer(given[-1], outputs))]

    def call(self, z: Tensor, context: Tensor = None):
        c = context if self.context_dim > 0 else None
        h = z
        for number, (kernel, mask, bias) in enumerate(zip(self.kernels, self.masks, self.biases)):
            h = ops.tensordot(h, kernel * mask, 1) + bias
            if c is not None:
                h = h + ops.tensordot(c, self.shifts[number], 1)
            if number < len(self.widths):
                h = self.activation(h)
                if c is not None:
                    h = h * (1 + ops.tensordot(c, self.gates[number], 1))
        return h
