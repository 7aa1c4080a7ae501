"""Training starts at the mean of the data."""

import keras
import numpy as np
import pytest
from scipy import stats

import kerae
from kerae.networks import convolutional_decoder

pytestmark = pytest.mark.mainly("torch")
LIKELIHOODS = [
    "bernoulli",
    "continuous_bernoulli",
    "normal",
    "laplace",
    kerae.likelihoods.Normal("learned"),
    kerae.likelihoods.Normal("predicted"),
    kerae.likelihoods.Laplace("predicted"),
]


def start(images, **arguments):
    return kerae.AE(images.shape[1:], 2, **arguments).start_at_mean(images)


def origin(model):
    """What the code 0 decodes to: the biases of the default networks but the last are 0."""
    return model.decode(np.zeros((1, 2), "float32"))[0]


@pytest.mark.slow
@pytest.mark.parametrize(
    "bias", [None, "abc", "ac", "a", "b", "c"], ids=lambda axes: f"a bias of axes {axes}"
)
@pytest.mark.parametrize("likelihood", LIKELIHOODS, ids=str)
def test_the_first_reconstruction_is_the_mean_image(likelihood, bias):
    """Or its mean over the axes that share a bias."""
    images = np.random.default_rng(0).uniform(0.002, 0.4, (6, 8, 4, 3)).astype("float32")
    images *= np.linspace(0.2, 1.0, 3, dtype="float32")
    decoder, shared, predicted = None, (), "predicted" in str(likelihood)
    if bias is not None:
        if predicted and "c" not in bias:
            pytest.skip("a location and a scale cannot share a bias")
        channels = 6 if predicted else 3
        decoder = keras.Sequential(
            [
                keras.layers.Dense(8 * 4 * 2),
                keras.layers.Reshape((8, 4, 2)),
                keras.layers.EinsumDense("nabx,xc->nabc", (8, 4, channels), bias_axes=bias),
            ]
        )
        shared = tuple(1 + i for i, axis in enumerate("abc") if axis not in bias)
    found = origin(start(images, likelihood=likelihood, decoder=decoder))
    expected = images.mean(axis=(0, *shared), keepdims=True)[0]
    np.testing.assert_allclose(found, np.broadcast_to(expected, (8, 4, 3)), rtol=2e-4, atol=1e-5)


def test_a_predicted_scale_starts_at_1(images):
    model = start(images, likelihood=kerae.likelihoods.Normal("predicted"))
    parameters = model.likelihood_parameters(np.zeros((1, 2), "float32"))
    found = np.asarray(
        keras.ops.convert_to_numpy(model.likelihood.log_prob(images[:1], parameters))
    )
    expected = stats.norm.logpdf(images[0], images.mean(axis=0)).sum()
    assert found[0] == pytest.approx(expected, rel=1e-5)


def test_pixels_that_are_always_black_or_white_start_near_it(images):
    images = images.copy()
    images[:, 0], images[:, 1] = 0.0, 1.0
    found = origin(start(images))
    np.testing.assert_allclose(found[:2, :, 0].mean(axis=1), [0.001, 0.999], rtol=1e-4)


def test_the_mean_is_that_of_the_preprocessed_data(images):
    found = origin(start(images, preprocessing=kerae.data.Binarize("threshold")))
    expected = np.clip((images > 0.5).mean(axis=0), 0.001, 0.999)
    np.testing.assert_allclose(found, expected, rtol=1e-4)


def test_a_convolution_starts_at_the_mean_of_each_channel():
    images = np.random.default_rng(0).random((6, 16, 16, 3), dtype="float32") * [0.2, 0.5, 1.0]
    images = images.astype("float32")
    decoder = convolutional_decoder((2,), (16, 16, 3))
    found = origin(start(images, likelihood="normal", decoder=decoder))
    expected = np.broadcast_to(images.mean(axis=(0, 1, 2)), (16, 16, 3))
    np.testing.assert_allclose(found, expected, rtol=1e-4)


def test_a_decoder_without_such_a_bias_is_left_as_it_is(images):
    decoder = keras.Sequential(
        [
            keras.layers.Dense(8),
            keras.layers.Dense(64, use_bias=False),
            keras.layers.Reshape((8, 8, 1)),
        ]
    )
    model = kerae.AE((8, 8, 1), 2, decoder=decoder)
    before = model.get_weights()
    model.start_at_mean(images)
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("after", ["an activation", "a layer without a bias"])
def test_a_bias_that_does_not_shift_the_output_is_left_as_it_is(images, after):
    last = {
        "an activation": keras.layers.Activation("tanh"),
        "a layer without a bias": keras.layers.Dense(64, use_bias=False),
    }[after]
    decoder = keras.Sequential([keras.layers.Dense(64), last, keras.layers.Reshape((8, 8, 1))])
    model = kerae.AE((8, 8, 1), 2, decoder=decoder, likelihood="normal")
    before = model.get_weights()
    model.start_at_mean(images)
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
