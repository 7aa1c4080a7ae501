"""Networks that suit a shape."""

import keras

from ..checks.parts import checked_shape
from ..checks.types import Shape
from .convolutional import convolutional_decoder, convolutional_encoder
from .dense import dense_decoder, dense_encoder
from .residual import becomes, upsampling_decoder

SMALLEST_CONVOLVED_SIDE = 16


def _is_large_image(shape):
    return len(shape) == 3 and min(shape[:2]) >= SMALLEST_CONVOLVED_SIDE


def default_encoder(input_shape: Shape) -> keras.Model:
    """Convolutional for images of 16 pixels a side and more, dense for everything else."""
    input_shape = checked_shape("input_shape", input_shape)
    build = convolutional_encoder if _is_large_image(input_shape) else dense_encoder
    return build(input_shape)


def default_decoder(code_shape: Shape, output_shape: Shape) -> keras.Model:
    """Convolutional for images of 16 pixels a side and more, dense for everything else; where a map
    becomes the image by being doubled, as often as it takes, transposed convolutions alone."""
    code_shape = checked_shape("code_shape", code_shape)
    output_shape = checked_shape("output_shape", output_shape)
    if becomes(code_shape, output_shape):
        return upsampling_decoder(code_shape, output_shape)
    build = convolutional_decoder if _is_large_image(output_shape) else dense_decoder
    return build(code_shape, output_shape)
