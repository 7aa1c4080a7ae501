import math

import keras
from keras import layers

from ..checks.arguments import checked
from ..checks.parts import checked_activation, checked_shape
from ..checks.types import Activation, Shape
from .conv2d import Conv2D
from .conv2d_transpose import Conv2DTranspose

SMALLEST_SIDE = 7
FORMAT = "channels_last"  # of kerae's images, whatever Keras is set to


def _sides(image_shape):
    """Heights and widths from the image down, halved until the smaller one is 7 or less."""
    sides = [tuple(image_shape[:2])]
    while min(sides[-1]) > SMALLEST_SIDE:
        sides.append(tuple(math.ceil(side / 2) for side in sides[-1]))
    return sides


def _channels(stage):
    return min(16 * 2**stage, 128)


def _dense(width, activation):
    return [] if width is None else [layers.Dense(width, activation=activation)]


@checked
def convolutional_encoder(
    input_shape: Shape, width: int | None = 256, activation: Activation = "silu"
) -> keras.Model:
    """Images to features: 4x4 convolutions with stride 2 from 16 channels up, then a dense layer.

    Args:
        input_shape: Tuple `(height, width, channels)`.
        width: Integer, the number of features; or `None` for those of the last convolution,
            without a dense layer.
        activation: Keras activation after every layer.
    """
    input_shape = checked_shape("input_shape", input_shape, least_axes=3)
    activation = checked_activation("activation", activation)
    stages = len(_sides(input_shape)) - 1
    return keras.Sequential(
        [
            layers.Input(input_shape),
            *(
                Conv2D(
                    _channels(i),
                    4,
                    strides=2,
                    padding="same",
                    activation=activation,
                    data_format=FORMAT,
                )
                for i in range(stages)
            ),
            layers.Flatten(FORMAT),
            *_dense(width, activation),
        ],
        name="encoder",
    )


@checked
def convolutional_decoder(
    code_shape: Shape, output_shape: Shape, width: int | None = 256, activation: Activation = "silu"
) -> keras.Model:
    """A code to images: the mirror image of `convolutional_encoder`, with a linear output.

    Args:
        code_shape: Tuple, the shape of a code.
        output_shape: Tuple `(height, width, channels)`.
        width: Integer, the units of the first dense layer; or `None` for none before the one
            that makes the smallest image.
        activation: Keras activation after every layer but the last.
    """
    code_shape = checked_shape("code_shape", code_shape)
    output_shape = checked_shape("output_shape", output_shape, least_axes=3)
    activation = checked_activation("activation", activation)
    sides = _sides(output_shape)
    smallest = (*sides[-1], _channels(len(sides) - 2))
    stack = [
        layers.Input(code_shape),
        layers.Flatten(FORMAT),
        *_dense(width, activation),
        layers.Dense(math.prod(smallest), activation=activation),
        layers.Reshape(smallest),
    ]
    for stage in reversed(range(len(sides) - 1)):
        last = stage == 0
        channels = output_shape[-1] if last else _channels(stage - 1)
        stack.append(
            Conv2DTranspose(
                channels,
                4,
                strides=2,
                padding="same",
                activation=None if last else activation,
                data_format=FORMAT,
            )
        )
        crop = [(0, 2 * small - large) for small, large in zip(sides[stage + 1], sides[stage])]
        if any(after for _, after in crop):
            stack.append(layers.Cropping2D(crop, FORMAT))
    return keras.Sequential(stack, name="decoder")
