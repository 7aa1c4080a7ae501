import keras
import numpy as np
import pytest
from routing import slopes_of
from scipy import special

import kerae
from kerae.terms import DecoderGradient

pytestmark = pytest.mark.mainly("torch", "jax")
X = np.random.default_rng(0).random((6, 5), dtype="float32")


def model(likelihood, num_probes=None, condition=None, latent_dim=2):
    made = kerae.Autoencoder(
        (5,),
        kerae.latents.Deterministic(latent_dim),
        likelihood,
        terms=[kerae.Reconstruction(), DecoderGradient(1.0, num_probes)],
        encoder=keras.layers.Flatten(),
        decoder=keras.layers.Dense(made_of(likelihood)),
        condition=condition,
    )
    for variable in made.trainable_variables:
        variable.assign(np.random.default_rng(1).normal(size=variable.shape))
    made.compile()
    return made


def made_of(likelihood):
    return kerae.likelihoods.get(likelihood).parameter_shape((5,))[-1]


def logged(made, *data):
    return made.evaluate(*data, return_dict=True, verbose=0)["decoder_gradient"]


def test_of_a_linear_decoder_it_is_the_squared_norm_of_its_kernel():
    made = model("normal")
    kernel, _ = made.decoder.get_weights()
    assert logged(made, X) == pytest.approx(np.square(kernel).sum(), rel=1e-5)


@pytest.mark.parametrize("latent_dim", [2, 8])  # 8 is more than there are data
def test_it_is_that_of_the_mean_and_not_of_the_logits(latent_dim):
    made = model("bernoulli", latent_dim=latent_dim)
    kernel, bias = made.decoder.get_weights()
    p = special.expit(made.encode(X) @ kernel + bias)
    expected = (np.square(p * (1 - p)) @ np.square(kernel).sum(axis=0)).mean()
    assert logged(made, X) == pytest.approx(expected, rel=1e-4)


def test_what_the_decoder_is_conditioned_on_stays_as_it_is():
    made = model("normal", condition=kerae.conditions.Label(3))
    kernel, _ = made.decoder.get_weights()
    assert kernel.shape == (5, 5)  # two code units, three classes
    labels = np.arange(6) % 3
    assert logged(made, X, labels) == pytest.approx(np.square(kernel[:2]).sum(), rel=1e-5)


@pytest.mark.parametrize("latent_dim", [2, 8])
def test_it_moves_the_encoder_too_where_the_slope_depends_on_the_code(latent_dim):
    made = model("bernoulli", latent_dim=latent_dim)
    assert all(slope.any() for slope in slopes_of(made, (X,), "decoder_gradient"))


def test_the_gradient_of_a_linear_decoder_is_twice_its_kernel_and_0_elsewhere():
    made = model("normal")
    slopes = slopes_of(made, (X,), "decoder_gradient")
    for variable, slope in zip(made.trainable_variables, slopes, strict=True):
        expected = 2 * made.decoder.get_weights()[0] if variable is made.decoder.kernel else 0.0
        np.testing.assert_allclose(slope, np.broadcast_to(expected, slope.shape), rtol=1e-4)


@pytest.mark.slow
def test_an_estimate_is_near_the_exact_norm_and_the_same_at_every_evaluation():
    many = np.random.default_rng(2).random((500, 5), dtype="float32")
    exact, estimated = model("bernoulli"), model("bernoulli", num_probes=2)
    assert logged(estimated, many) == pytest.approx(logged(exact, many), rel=0.1)
    assert logged(estimated, many) == logged(estimated, many) != logged(exact, many)
