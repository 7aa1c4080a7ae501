"""Keras' transposed convolution, which is computed in another way on JAX on a CPU."""

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
def test_values_and_gradients_are_those_of_keras(taps, strides, channels, padding):
    x = RANDOM.standard_normal((2, 4, 6, FEATURES), dtype="float32")
    kernel = RANDOM.standard_normal((*taps, channels, FEATURES), dtype="float32")
    given = {"strides": strides, "padding": padding, "data_format": "channels_last"}
    expected = ops.conv_transpose(x, kernel, **given)
    np.testing.assert_allclose(
        backend.conv_transpose(x, kernel, **given), expected, rtol=1e-4, atol=1e-5
    )
    weights = ops.convert_to_tensor(RANDOM.standard_normal(expected.shape, dtype="float32"))

    def slopes(function):
        return gradient(lambda both: ops.sum(weights * function(*both, **given)), [x, kernel])

    for slope, of_keras in zip(slopes(backend.conv_transpose), slopes(ops.conv_transpose)):
        np.testing.assert_allclose(slope, of_keras, rtol=1e-4, atol=1e-4)


@pytest.mark.mainly("jax")
@pytest.mark.parametrize(
    "arguments",
    [
        {"strides": 2, "padding": "same"},
        {"strides": 2, "padding": "same", "activation": "silu", "use_bias": False},
        {"strides": 2, "dtype": "mixed_bfloat16"},
        {"strides": 2, "padding": "same", "output_padding": 1},
        pytest.param({"dilation_rate": 2}, marks=not_there),
        pytest.param({"strides": 2, "data_format": "channels_first"}, marks=not_there),
    ],
    ids=str,
)
def test_a_layer_is_that_of_keras(arguments):
    shape = (2, 4, 6, FEATURES)
    own, theirs = (
        kind(8, 3, bias_initializer="normal", **{"data_format": "channels_last"} | arguments)
        for kind in (kerae.networks.Conv2DTranspose, layers.Conv2DTranspose)
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


def test_default_networks_are_made_of_it_and_come_back(tmp_path):
    decoder = kerae.networks.convolutional_decoder((3,), (12, 8, 1), width=8)
    decoder.save(tmp_path / "decoder.keras")
    loaded = keras.models.load_model(tmp_path / "decoder.keras")
    z = RANDOM.standard_normal((2, 3), dtype="float32")
    np.testing.assert_array_equal(loaded.predict(z, verbose=0), decoder.predict(z, verbose=0))
    kinds = [type(layer) for layer in loaded.layers]
    assert kerae.networks.Conv2DTranspose in kinds and layers.Conv2DTranspose not in kinds
