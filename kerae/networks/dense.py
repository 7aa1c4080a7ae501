import math
from collections.abc import Sequence
from typing import Any

import keras
from keras import layers

from ..checks.arguments import checked
from ..checks.parts import checked_activation, checked_shape
from ..checks.short import short
from ..checks.types import Activation, Shape
from .tied_dense import TiedDense


def _dense(widths, activation):
    activation = checked_activation("activation", activation)
    widths = checked_shape("widths", widths, least_axes=0)
    return [layers.Dense(width, activation=activation) for width in widths]


def _with_dropout(stack, dropout):
    """The layers, each followed by dropout if there is any."""
    for layer in stack:
        yield layer
        if dropout:
            yield layers.Dropout(dropout)


@checked
def dense_encoder(
    input_shape: Shape,
    widths: Sequence[int] = (512,),
    activation: Activation = "silu",
    dropout: float = 0.0,
) -> keras.Model:
    """Data of any shape to features: Flatten, then one dense layer a width.

    Args:
        input_shape: Tuple, the shape of one example.
        widths: Sequence of integers, the units of the layers.
        activation: Keras activation after every layer.
        dropout: Float, the part of the units dropped after every layer in training.
    """
    input_shape = checked_shape("input_shape", input_shape)
    stack = _dense(widths, activation)
    return keras.Sequential(
        [
            layers.Input(input_shape),
            layers.Flatten("channels_last"),
            *_with_dropout(stack, dropout),
        ],
        name="encoder",
    )


@checked
def dense_decoder(
    code_shape: Shape,
    output_shape: Shape,
    widths: Sequence[int] = (512,),
    activation: Activation = "silu",
    dropout: float = 0.0,
) -> keras.Model:
    """A code to parameters of any shape: one dense layer a width, then a linear one.

    Args:
        code_shape: Tuple, the shape of a code.
        output_shape: Tuple, the shape of the parameters of one example.
        widths: Sequence of integers, the units of the layers before the last.
        activation: Keras activation after every layer but the last.
        dropout: Float, the part of the units dropped after every layer but the last in training.
    """
    code_shape = checked_shape("code_shape", code_shape)
    output_shape = checked_shape("output_shape", output_shape)
    stack = _dense(widths, activation)
    return keras.Sequential(
        [
            layers.Input(code_shape),
            layers.Flatten("channels_last"),
            *_with_dropout(stack, dropout),
            layers.Dense(math.prod(output_shape)),
            layers.Reshape(output_shape),
        ],
        name="decoder",
    )


@checked
def tied_decoder(
    encoding: Any, output_shape: Shape, activation: Activation = "silu", dropout: float = 0.0
) -> keras.Model:
    """A code to data: the dense layers of an encoder in reverse, with transposed kernels.

    Args:
        encoding: List of the dense layers from data to code.
        output_shape: Tuple, the shape of the data.
        activation: Keras activation after every layer but the last.
        dropout: Float, the part of the units dropped after every layer but the last in training.
    """
    output_shape = checked_shape("output_shape", output_shape)
    activation = checked_activation("activation", activation)
    if not isinstance(encoding, list | tuple) or not encoding:
        raise ValueError(
            f"Expected `encoding` to be a list of dense layers. Received: {short(encoding)}."
        )
    first, *others = encoding
    stack = (TiedDense(layer, activation=activation) for layer in reversed(others))
    # Without an Input, so that it is built when the encoder has been.
    return keras.Sequential(
        [*_with_dropout(stack, dropout), TiedDense(first), layers.Reshape(output_shape)],
        name="decoder",
    )
