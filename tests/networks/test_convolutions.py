"""Keras' convolutions, which are computed in another way on JAX on a CPU."""

import keras
import numpy as np
import pytest
from gradients import gradient
from keras import layers, ops

import kerae
from kerae import backend

RANDOM = np.random.default_rng(0)
FEATURES = 5
not_there = pytest.mark.skipif(
    keras.backend.backend() == "tensorflow", reason="TensorFlow has it on no CPU"
)


def assert_alike(own, of_keras, x, kernel, **given):
    """Values, and gradients of a weighted sum of them."""
    given["data_format"] = "channels_last"
    expected = of_keras(x, kernel, **given)
    np.testing.assert_allclose(own(x, kernel, **given), expected, rtol=1e-4, atol=1e-5)
    weights = ops.convert_to_tensor(RANDOM.standard_normal(expected.shape, dtype="float32"))

    def slopes(function):
        return gradient(lambda both: ops.sum(weights * function(*both, **given)), [x, kernel])

    for slope, expected in zip(slopes(own), slopes(of_keras)):
        np.testing.assert_allclose(slope, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.mainly("jax")
@pytest.mark.parametrize(
    ("taps", "strides", "channels", "padding"),
    [
        ((4, 4), (2, 2), 5, "same"),
        ((4, 4), (2, 2), 1, "same"),  # one product of all taps
        ((3, 5), (2, 3), 2, "same"),  # blocks that are not full, and sides that are no multiples
        pytest.param(*((2, 1), (3, 2), 2, "same"), marks=pytest.mark.nightly),
        ((2, 1), (3, 2), 2, "valid"),  # pixels that nothing reads
        pytest.param(*((3, 5), (2, 3), 5, "valid"), marks=pytest.mark.nightly),
    ],
)
def test_values_and_gradients_are_those_of_keras(taps, strides, channels, padding):
    x = RANDOM.standard_normal((2, 7, 10, channels), dtype="float32")
    kernel = RANDOM.standard_normal((*taps, channels, FEATURES), dtype="float32")
    assert_alike(backend.conv, ops.conv, x, kernel, strides=strides, padding=padding)


@pytest.mark.mainly("jax")
@pytest.mark.parametrize(
    ("taps", "strides", "channels", "padding"),
    [
        ((4, 4), (2, 2), 3, "same"),
        ((4, 4), (2, 2), 1, "same"),  # one product of all taps
        pytest.param(*((3, 3), (1, 1), 8, "same"), marks=pytest.mark.nightly),
        ((3, 3), (2, 2), 2, "same"),  # blocks that are not full
        pytest.param(*((5, 3), (2, 3), 2, "same"), marks=pytest.mark.nightly),
        ((2, 1), (3, 2), 2, "same"),  # gaps between what two places make
        pytest.param(*((3, 3), (1, 1), 1, "valid"), marks=pytest.mark.nightly),
        ((5, 3), (2, 3), 2, "valid"),
        pytest.param(*((2, 1), (3, 2), 2, "valid"), marks=pytest.mark.nightly),
    ],
)
def test_values_and_gradients_of_transposed_ones_are_too(taps, strides, channels, padding):
    x = RANDOM.standard_normal((2, 4, 6, FEATURES), dtype="float32")
    kernel = RANDOM.standard_normal((*taps, channels, FEATURES), dtype="float32")
    given = {"strides": strides, "padding": padding}
    assert_alike(backend.conv_transpose, ops.conv_transpose, x, kernel, **given)


OWN, OF_KERAS = ([each.Conv2D, each.Conv2DTranspose] for each in (kerae.networks, layers))


@pytest.mark.mainly("jax")
@pytest.mark.parametrize(
    ("number", "arguments"),
    [
        (0, {"strides": 2, "padding": "same", "activation": "silu"}),
        (0, {"strides": 2, "dtype": "mixed_bfloat16"}),
        pytest.param(0, {"groups": 5, "filters": 10, "strides": 2}, marks=not_there),
        pytest.param(0, {"dilation_rate": 2, "padding": "same"}, marks=pytest.mark.nightly),
        (1, {"strides": 2, "padding": "same"}),
        (1, {"strides": 2, "padding": "same", "activation": "silu", "use_bias": False}),
        (1, {"strides": 2, "dtype": "mixed_bfloat16"}),
        (1, {"strides": 2, "padding": "same", "output_padding": 1}),
        pytest.param(1, {"dilation_rate": 2}, marks=not_there),
        pytest.param(1, {"strides": 2, "data_format": "channels_first"}, marks=not_there),
    ],
    ids=str,
)
def test_a_layer_is_that_of_keras(number, arguments):
    shape = (2, 4, 6, FEATURES)
    common = {"filters": 8, "kernel_size": 3, "data_format": "channels_last"}
    own, theirs = (
        kinds[number](bias_initializer="normal", **common | arguments) for kinds in (OWN, OF_KERAS)
    )
    own.build(shape)
    theirs.build(shape)
    theirs.set_weights(own.get_weights())
    x = RANDOM.standard_normal(shape, dtype="float32")
    of_own, of_theirs = own(x), theirs(x)
    assert of_own.dtype == of_theirs.dtype
    near = 1e-2 if "dtype" in arguments else 1e-5
    in_full = (ops.convert_to_numpy(ops.cast(each, "float32")) for each in (of_own, of_theirs))
    np.testing.assert_allclose(*in_full, rtol=near, atol=near)


def test_default_networks_are_made_of_them_and_come_back(tmp_path):
    networks = kerae.networks
    encoder = networks.convolutional_encoder((12, 8, 1), width=8)
    decoder = networks.convolutional_decoder((8,), (12, 8, 1), width=8)
    network = keras.Sequential([keras.Input((12, 8, 1)), *encoder.layers, *decoder.layers])
    network.save(tmp_path / "network.keras")
    loaded = keras.models.load_model(tmp_path / "network.keras")
    x = RANDOM.standard_normal((2, 12, 8, 1), dtype="float32")
    np.testing.assert_array_equal(loaded.predict(x, verbose=0), network.predict(x, verbose=0))
    kinds = {type(layer) for layer in loaded.layers}
    assert kinds.issuperset(OWN) and kinds.isdisjoint(OF_KERAS)
