import keras
import numpy as np
import pytest
from gradients import loss_gradients
from scipy import special, stats

import kerae

X = np.random.default_rng(0).random((6, 5), dtype="float32")


def linear_ae(**arguments):
    return kerae.AE(
        (5,), 2, encoder=keras.layers.Flatten(), decoder=keras.layers.Dense(5), **arguments
    )


def location(model):
    kernel, bias = model.latent.head.get_weights()
    decoder_kernel, decoder_bias = model.decoder.get_weights()
    return (X @ kernel + bias) @ decoder_kernel + decoder_bias


def evaluate(model):
    model.compile()
    return model.evaluate(X, verbose=0, return_dict=True)


def test_its_loss_is_the_binary_cross_entropy_summed_over_pixels():
    model = linear_ae()
    p = special.expit(location(model).astype("float64"))
    expected = -(X * np.log(p) + (1 - X) * np.log1p(-p)).sum(axis=1).mean()
    assert evaluate(model) == pytest.approx({"loss": expected, "reconstruction": expected})


def test_a_normal_likelihood_makes_it_half_the_squared_error_and_a_constant():
    model = linear_ae(likelihood="normal")
    expected = -stats.norm.logpdf(X, location(model)).sum(axis=1).mean()
    assert evaluate(model)["loss"] == pytest.approx(expected)
    squared = np.square(X - location(model)).sum(axis=1).mean()
    assert expected == pytest.approx(squared / 2 + 5 * np.log(2 * np.pi) / 2)


def test_every_variable_is_trained():
    model = linear_ae(code_activation="tanh")
    slopes = loss_gradients(model, X)
    assert len(slopes) == 4
    assert all(np.linalg.norm(slope) > 0 for slope in slopes)


def test_the_code_activation_bounds_the_code():
    bounded = linear_ae(likelihood="normal", code_activation="sigmoid").encode(100 * X)
    assert bounded.min() >= 0 and bounded.max() <= 1
    assert np.abs(linear_ae(likelihood="normal").encode(100 * X)).max() > 1
