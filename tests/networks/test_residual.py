"""Networks of maps of several sizes."""

import keras
import numpy as np
import pytest
from keras import ops

from kerae import networks
from kerae.networks.residual import Bottleneck

pytestmark = pytest.mark.mainly("torch")


def shapes(tensors):
    return [tuple(each.shape[1:]) for each in keras.tree.flatten(tensors)]


@pytest.mark.once
@pytest.mark.parametrize(
    ("shape", "sides"),
    [
        ((28, 28, 1), [(14, 14), (7, 7), (4, 4)]),
        ((32, 32, 3), [(16, 16), (8, 8), (4, 4)]),
        ((10, 12, 1), [(5, 6), (3, 3)]),
        ((8, 8, 1), [(4, 4)]),
        ((4, 4, 1), [(2, 2)]),
        ((2, 2, 1), [(1, 1)]),
    ],
)
def test_the_smallest_map_has_at_most_four_pixels_a_side(shape, sides):
    maps = networks.pyramid_encoder(shape, width=2).outputs
    assert shapes(maps) == [(*each, 2) for each in sides]
    decoder = networks.default_decoder((*sides[-1], 3), shape)
    assert not any(isinstance(layer, keras.layers.Dense) for layer in decoder.layers)
    assert shapes(decoder(np.zeros((1, *sides[-1], 3)))) == [shape]


@pytest.mark.once
def test_a_map_that_cannot_become_the_image_has_another_decoder_and_is_refused():
    assert any(
        isinstance(layer, keras.layers.Dense)
        for layer in networks.default_decoder((5, 5, 3), (28, 28, 1)).layers
    )
    with pytest.raises(ValueError, match=r"one of \(4, 4\) does. Received: map_shape=\(5, 5, 3\)"):
        networks.upsampling_decoder((5, 5, 3), (28, 28, 1))


def test_a_bottleneck_is_what_three_convolutions_give():
    block = Bottleneck(4, 2, is_residual=True)
    x = np.random.default_rng(0).normal(size=(2, 5, 5, 4)).astype("float32")
    found = ops.convert_to_numpy(block(x))
    h = x
    for convolution in block.convolutions:
        kernel, bias = map(ops.convert_to_numpy, (convolution.kernel, convolution.bias))
        kernel = kernel.reshape((1, 1, *kernel.shape)) if kernel.ndim == 2 else kernel
        reach = kernel.shape[0] // 2
        h = np.pad(h / (1 + np.exp(-h)), [(0, 0), (reach, reach), (reach, reach), (0, 0)])
        windows = np.lib.stride_tricks.sliding_window_view(h, kernel.shape[:2], axis=(1, 2))
        h = np.einsum("nhwcij,ijco->nhwo", windows, kernel) + bias
    np.testing.assert_allclose(found, x + h, rtol=1e-4, atol=1e-5)
    dense, convolution = keras.layers.Dense, keras.layers.Conv2D
    assert [type(each) for each in block.convolutions] == [dense, convolution, dense]
    small = Bottleneck(4, 2)
    small(x[:, :2, :2])
    assert [type(each) for each in small.convolutions] == [dense] * 3


@pytest.mark.once
def test_the_last_convolution_starts_with_its_share_of_the_variance():
    keras.utils.set_random_seed(0)
    block = Bottleneck(64, 64, share=1 / 16)
    block.build((None, 4, 4, 64))
    first, _, last = (ops.convert_to_numpy(each.kernel).std() for each in block.convolutions)
    assert first / last == pytest.approx(4.0, rel=0.05)
