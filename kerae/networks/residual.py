"""Residual networks for images, and for models whose codes lie in maps of several sizes."""

import math

import keras
from keras import layers, ops

from ..checks.arguments import checked
from ..checks.numbers import check_count
from ..checks.parts import checked_shape
from ..checks.types import Shape
from .conv2d import Conv2D
from .conv2d_transpose import Conv2DTranspose
from .convolutional import FORMAT

SMALLEST_MAP = 4  # of both sides, at the top of a pyramid
ACTIVATION = "silu"


def convolution(channels, size=1, share=1.0, **kwargs):
    """A convolution that keeps the size of maps; of one pixel, a dense layer of their channels.

    Args:
        channels: Integer.
        size: Integer, of the kernel.
        share: Float, how much smaller than by Glorot's rule the variance of its first weights is.
    """
    start = keras.initializers.VarianceScaling(share, "fan_avg", "uniform")
    if size == 1:
        return layers.Dense(channels, kernel_initializer=start, **kwargs)
    return layers.Conv2D(
        channels, size, padding="same", data_format=FORMAT, kernel_initializer=start, **kwargs
    )


@keras.saving.register_keras_serializable("kerae.networks")
class Bottleneck(layers.Layer):
    """Three convolutions of 1, 3 and 1 pixels, the middle one narrow, each after an activation.

    Maps of at most two pixels a side have 1x1 convolutions alone.

    Args:
        channels: Integer, of the output.
        width: Integer, of the middle.
        share: Float, the variance of the last convolution's first weights as a part of Glorot's:
            1/N of one of N residual blocks, whose sum then is as large as one of them.
        is_residual: Boolean, whether the input is added to the output.
        is_exact: Boolean, whether the last convolution computes in full precision, for what a
            density is made of.
    Reference:
        Child, 2021, https://arxiv.org/abs/2011.10650 (there two convolutions of 3 pixels)
    """

    def __init__(
        self, channels, width, share=1.0, is_residual=False, is_exact=False, **kwargs
    ) -> None:
        super().__init__(**kwargs)
        self.channels, self.width, self.share = channels, width, share
        self.is_residual, self.is_exact = is_residual, is_exact

    def build(self, input_shape):
        size = 3 if min(input_shape[1:3]) > 2 else 1
        policy = self.dtype_policy
        last = self.variable_dtype if self.is_exact else policy
        self.convolutions = [
            convolution(self.width, dtype=policy),
            convolution(self.width, size, dtype=policy),
            convolution(self.channels, share=self.share, dtype=last),
        ]
        for each in self.convolutions:
            each.build(input_shape)
            input_shape = each.compute_output_shape(input_shape)

    def call(self, x):
        h = x
        for each in self.convolutions:
            h = each(ops.silu(h))
        return x + h if self.is_residual else h

    def get_config(self):
        names = ("channels", "width", "share", "is_residual", "is_exact")
        return super().get_config() | {name: getattr(self, name) for name in names}


def narrow(width):
    """The channels within a bottleneck of so many."""
    return math.ceil(width / 2)


@checked
def pyramid_encoder(input_shape: Shape, width: int = 32) -> keras.Model:
    """Images to maps of features of several sizes, each half as large as the one before.

    Each is made by a 4x4 convolution with stride 2 and a residual block; the last has at most four
    pixels a side.

    Args:
        input_shape: Tuple `(height, width, channels)`.
        width: Integer, the channels of all maps.
    Returns:
        Keras model that gives a list of maps, the largest first.

    Example:

    >>> encoder = kerae.networks.pyramid_encoder((28, 28, 1), width=8)
    >>> [tuple(each.shape[1:]) for each in encoder.outputs]
    [(14, 14, 8), (7, 7, 8), (4, 4, 8)]
    """
    input_shape = checked_shape("input_shape", input_shape, least_axes=3)
    check_count("width", width)
    levels = max(1, math.ceil(math.log2(max(input_shape[:2]) / SMALLEST_MAP)))
    x = h = layers.Input(input_shape)
    maps = []
    for _ in range(levels):
        h = Conv2D(width, 4, strides=2, padding="same", data_format=FORMAT)(h)
        h = Bottleneck(width, narrow(width), 1 / levels, is_residual=True)(h)
        maps.append(h)
    return keras.Model(x, maps, name="encoder")


@checked
def upsampling_decoder(map_shape: Shape, output_shape: Shape) -> keras.Model:
    """A map to a larger image: transposed 4x4 convolutions with stride 2, and a linear 3x3 one.

    Args:
        map_shape: Tuple `(height, width, channels)`, of the map.
        output_shape: Tuple `(height, width, channels)`, of the parameters of one example.

    Example:

    >>> decoder = kerae.networks.upsampling_decoder((7, 7, 8), (28, 28, 1))
    >>> tuple(decoder.output_shape[1:])
    (28, 28, 1)

    Raises:
        ValueError: If the map does not become the output by being doubled.
    """
    map_shape = checked_shape("map_shape", map_shape, least_axes=3)
    output_shape = checked_shape("output_shape", output_shape, least_axes=3)
    sides = _sides(map_shape, output_shape)
    if not becomes(map_shape, output_shape):
        raise ValueError(
            f"Expected a map that becomes an image of {output_shape[:2]} by being doubled, as one "
            f"of {sides[-1]} does. Received: map_shape={map_shape}. Take one of such a size."
        )
    z = layers.Input(map_shape)
    h = layers.Activation(ACTIVATION)(z)
    channels = map_shape[-1]
    for small, large in zip(sides[:0:-1], sides[-2::-1]):
        channels = math.ceil(channels / 2)
        h = Conv2DTranspose(channels, 4, strides=2, padding="same", data_format=FORMAT)(h)
        crop = [(0, 2 * before - after) for before, after in zip(small, large)]
        if any(after for _, after in crop):
            h = layers.Cropping2D(crop, FORMAT)(h)
        h = layers.Activation(ACTIVATION)(h)
    # Transposed too: on a CPU, PyTorch trains no other one to a single channel in half precision.
    y = Conv2DTranspose(output_shape[-1], 3, padding="same", data_format=FORMAT)(h)
    return keras.Model(z, y, name="decoder")


def halved(sides):
    """Height and width after a convolution with stride 2."""
    return tuple(math.ceil(side / 2) for side in sides)


def becomes(map_shape, output_shape):
    """Whether a map of a shape becomes an image of another by being doubled, once at least."""
    shapes = (tuple(map_shape), tuple(output_shape))
    if any(len(shape) != 3 for shape in shapes) or min(shapes[0][:2]) >= min(shapes[1][:2]):
        return False
    return _sides(*shapes)[-1] == shapes[0][:2]


def _sides(map_shape, output_shape):
    """Heights and widths from the image down, halved until it is no larger than the map."""
    sides = [tuple(output_shape[:2])]
    while any(side > least for side, least in zip(sides[-1], map_shape)):
        sides.append(halved(sides[-1]))
    return sides
