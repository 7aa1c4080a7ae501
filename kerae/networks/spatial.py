"""Residual networks between images and maps of codes, one for several pixels each."""

import keras
from keras import layers

from ..checks.arguments import checked
from ..checks.numbers import check_count
from ..checks.parts import checked_shape
from ..checks.types import Shape
from .conv2d import Conv2D
from .conv2d_transpose import Conv2DTranspose
from .convolutional import FORMAT
from .residual import ACTIVATION, Bottleneck, narrow


@checked
def residual_encoder(
    input_shape: Shape, width: int = 64, halvings: int = 2, num_blocks: int = 2
) -> keras.Model:
    """Images to a smaller map of features: 4x4 convolutions with stride 2, then residual blocks.

    Args:
        input_shape: Tuple `(height, width, channels)`.
        width: Integer, the channels of all maps. Defaults to 64.
        halvings: Integer, how often the sides are halved. Defaults to 2.
        num_blocks: Integer, of the smallest map. Defaults to 2.

    Example:

    >>> tuple(kerae.networks.residual_encoder((28, 28, 1), width=8).output_shape[1:])
    (7, 7, 8)

    Raises:
        ValueError: If the sides of the image cannot be halved so often.
    """
    input_shape = checked_shape("input_shape", input_shape, least_axes=3)
    check_map(input_shape, halvings)
    x = layers.Input(input_shape)
    return keras.Model(x, _halved(x, width, halvings, num_blocks), name="encoder")


@checked
def two_level_encoder(
    input_shape: Shape, width: int = 64, halvings: int = 1, num_blocks: int = 2
) -> keras.Model:
    """Images to two maps of features, of which the second is made of the first and half as large.

    Each is made as by `residual_encoder`.

    Args:
        input_shape: Tuple `(height, width, channels)`.
        width: Integer, the channels of all maps. Defaults to 64.
        halvings: Integer, how often the sides are halved for the larger map. Defaults to 1.
        num_blocks: Integer, of each map. Defaults to 2.
    Returns:
        Keras model that gives a list of two maps, the larger one first.

    Example:

    >>> encoder = kerae.networks.two_level_encoder((28, 28, 1), width=8)
    >>> [tuple(each.shape[1:]) for each in encoder.outputs]
    [(14, 14, 8), (7, 7, 8)]

    Raises:
        ValueError: If the sides of the image cannot be halved so often, and once more.
    """
    input_shape = checked_shape("input_shape", input_shape, least_axes=3)
    check_count("halvings", halvings)
    check_map(input_shape, halvings + 1)
    x = layers.Input(input_shape)
    large = _halved(x, width, halvings, num_blocks)
    activated = layers.Activation(ACTIVATION)(large)
    return keras.Model(x, [large, _halved(activated, width, 1, num_blocks)], name="encoder")


@checked
def residual_decoder(
    map_shape: Shape, output_shape: Shape, width: int = 64, num_blocks: int = 2
) -> keras.Model:
    """The mirror image of `residual_encoder`: residual blocks, then transposed convolutions.

    Args:
        map_shape: Tuple `(height, width, channels)`, of the map of codes.
        output_shape: Tuple `(height, width, channels)`, of the parameters of one example.
        width: Integer, the channels of all maps. Defaults to 64.
        num_blocks: Integer, of the smallest map. Defaults to 2.

    Example:

    >>> tuple(kerae.networks.residual_decoder((7, 7, 3), (28, 28, 1), width=8).output_shape[1:])
    (28, 28, 1)

    Raises:
        ValueError: If the map does not become the output by being doubled.
    """
    map_shape = checked_shape("map_shape", map_shape, least_axes=3)
    output_shape = checked_shape("output_shape", output_shape, least_axes=3)
    doublings = (output_shape[0] // map_shape[0]).bit_length() - 1
    if doublings < 1 or tuple(2**doublings * side for side in map_shape[:2]) != output_shape[:2]:
        raise ValueError(
            "Expected a map that becomes the image by being doubled. Received: "
            f"map_shape={map_shape} for {output_shape}. Take another map, or give a `decoder`."
        )
    z = layers.Input(map_shape)
    h = layers.Conv2D(width, 3, padding="same", data_format=FORMAT)(z)
    h = _blocks(h, width, num_blocks)
    for left in reversed(range(doublings)):
        channels = width if left else output_shape[-1]
        h = layers.Activation(ACTIVATION)(h)
        h = Conv2DTranspose(channels, 4, strides=2, padding="same", data_format=FORMAT)(h)
    return keras.Model(z, h, name="decoder")


def check_map(image_shape: Shape, halvings: int) -> None:
    """Raises a `ValueError` if an image has sides that cannot be halved so often."""
    check_count("halvings", halvings)
    factor = 2**halvings
    if any(side % factor for side in image_shape[:2]):
        sides = sorted({max(factor, side // factor * factor) for side in image_shape[:2]})
        raise ValueError(
            f"Expected an image whose sides are multiples of {factor}, as {sides} or "
            f"{[side + factor for side in sides]}. Received: {tuple(image_shape)}. Pad or crop the "
            "images, halve them less often, or give an `encoder` and a `decoder`."
        )


def _halved(h, width, halvings, num_blocks):
    for _ in range(halvings):
        h = Conv2D(width, 4, strides=2, padding="same", data_format=FORMAT)(h)
        h = layers.Activation(ACTIVATION)(h)
    h = layers.Conv2D(width, 3, padding="same", data_format=FORMAT)(h)
    return _blocks(h, width, num_blocks)


def _blocks(h, width, num_blocks):
    for _ in range(num_blocks):
        h = Bottleneck(width, narrow(width), 1 / num_blocks, is_residual=True)(h)
    return h
