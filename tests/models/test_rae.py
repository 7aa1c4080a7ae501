import keras
import numpy as np
import pytest
from routing import slopes_of
from scipy import special, stats

import kerae
from kerae import run
from kerae.networks import SpectralNormalization, dense_decoder, dense_encoder

# On others test_contract.py computes the gradients of each model.
pytestmark = pytest.mark.mainly("torch")

X = np.random.default_rng(0).random((30, 5), dtype="float32")


def linear(regularizer="l2", likelihood="normal", **arguments):
    networks = {"encoder": keras.layers.Flatten(), "decoder": keras.layers.Dense(5)}
    model = kerae.RAE(
        (5,), 2, regularizer=regularizer, likelihood=likelihood, **networks, **arguments
    )
    for variable in model.trainable_variables:
        variable.assign(np.random.default_rng(1).normal(size=variable.shape))
    model.compile()
    return model


def evaluate(model):
    return model.evaluate(X, batch_size=len(X), return_dict=True, verbose=0)


def test_each_term_by_hand():
    model = linear(beta=0.3, regularizer_weight=0.2)
    kernel, bias = model.latent.head.get_weights()
    decoder_kernel, decoder_bias = model.decoder.get_weights()
    z = X @ kernel + bias
    reconstruction = -stats.norm.logpdf(X, z @ decoder_kernel + decoder_bias).sum(axis=1).mean()
    code_norm = np.square(z).sum(axis=1).mean() / 2
    decoder_norm = np.square(decoder_kernel).sum() + np.square(decoder_bias).sum()
    expected = {
        "reconstruction": reconstruction,
        "code_norm": code_norm,
        "decoder_norm": decoder_norm,
        "loss": reconstruction + 0.3 * code_norm + 0.2 * decoder_norm,
    }
    assert evaluate(model) == pytest.approx(expected, rel=1e-4)


def test_the_gradient_of_the_decoder_by_hand():
    model = linear("gradient", "bernoulli", regularizer_weight=0.2, beta=0.0)
    kernel, bias = model.decoder.get_weights()
    p = special.expit(model.encode(X) @ kernel + bias)
    expected = (np.square(p * (1 - p)) @ np.square(kernel).sum(axis=0)).mean()
    logs = evaluate(model)
    assert logs["decoder_gradient"] == pytest.approx(expected, rel=1e-4)
    assert logs["loss"] == pytest.approx(logs["reconstruction"] + 0.2 * expected, rel=1e-4)


@pytest.mark.slow
def test_a_spectral_decoder_is_divided_by_its_largest_singular_value():
    model = linear("spectral")
    assert model.labels == ["reconstruction", "code_norm"]
    model.compile(keras.optimizers.SGD(0.0))
    model.fit(X, epochs=30, batch_size=3, verbose=0)
    kernel, bias = model.decoder.network.get_weights()
    expected = model.encode(X) @ kernel / np.linalg.norm(kernel, 2) + bias
    np.testing.assert_allclose(model.reconstruct(X), expected, rtol=1e-3, atol=1e-4)


def test_a_spectral_decoder_is_made_for_every_kind_of_decoder_and_wrapped_once():
    for shape in ((5,), (16, 16, 1)):
        model = kerae.RAE(shape, 2, regularizer="spectral", likelihood=kerae.likelihoods.Normal())
        assert type(model.decoder) is SpectralNormalization and model.decoder.kernels
    again = kerae.RAE.from_config(model.get_config())
    assert type(again.decoder) is SpectralNormalization
    assert type(again.decoder.network) is keras.Sequential
    given = SpectralNormalization(keras.layers.Dense(5))
    assert kerae.RAE((5,), 2, regularizer="spectral", decoder=given).decoder is given


def test_a_sigmoid_at_the_end_of_a_spectral_decoder_is_found():
    decoder = keras.Sequential([keras.layers.Dense(5, "sigmoid")])
    with pytest.raises(ValueError, match="Bernoulli takes logits.*sigmoid"):
        kerae.RAE((5,), 2, regularizer="spectral", decoder=decoder)


def moved(model, label):
    decoder = {id(variable) for variable in model.decoder.trainable_variables}
    found = set()
    for variable, slope in zip(model.trainable_variables, slopes_of(model, (X,), label)):
        if slope.any():
            found.add("decoder" if id(variable) in decoder else "encoder")
    return found


def test_which_networks_each_term_moves():
    model = linear("l2", "bernoulli")
    assert moved(model, "reconstruction") == {"encoder", "decoder"}
    assert moved(model, "code_norm") == {"encoder"}
    assert moved(model, "decoder_norm") == {"decoder"}
    assert moved(linear("gradient", "bernoulli"), "decoder_gradient") == {"encoder", "decoder"}


@pytest.fixture(scope="module")
def trained():
    kerae.set_random_seed(0)
    digits = kerae.data.load("digits")
    model = kerae.RAE(
        (8, 8, 1),
        4,
        encoder=dense_encoder((8, 8, 1), widths=(32,)),
        decoder=dense_decoder((4,), (8, 8, 1), widths=(32,)),
    )
    model.compile(keras.optimizers.Adam(0.01))
    model.fit(digits.x_train, epochs=8, batch_size=64, verbose=0)
    return model, digits


@pytest.mark.slow
def test_the_fitted_prior_is_a_better_density_of_held_out_codes_than_a_standard_normal(trained):
    model, digits = trained
    z = model.encode(digits.x_test)
    assert model.fit_prior(digits.x_train, seed=3) is model
    log_prob = keras.ops.convert_to_numpy(model.prior.log_prob(z))
    assert log_prob.mean() > stats.norm.logpdf(z).sum(axis=1).mean() + 0.1
    one = stats.multivariate_normal(z.mean(axis=0), np.cov(z.T))  # knows the held-out codes
    assert log_prob.mean() > one.logpdf(z).mean()


def test_samples_are_decoded_draws_of_the_fitted_prior():
    model = linear(num_components=3)
    for variable, value in zip(
        model.decoder.trainable_variables, (np.eye(2, 5), np.zeros(5)), strict=True
    ):
        variable.assign(value)  # the first two elements of a sample are its code
    model.fit_prior(X)
    samples = model.sample(4000, seed=0)[:, :2]
    z = model.encode(X)
    # EM gives a mixture the mean and the covariance of what it was fitted to.
    assert (np.abs(samples.mean(axis=0) - z.mean(axis=0)) < 4 * z.std(axis=0) / 63).all()
    np.testing.assert_allclose(np.cov(samples.T), np.cov(z.T, bias=True), rtol=0.15, atol=0.1)


def test_sample_asks_for_a_fitted_prior_before_and_after_saving(tmp_path):
    model = linear(num_components=2)
    path = tmp_path / "model.keras"
    model.save(path)
    for unfitted in (model, kerae.load(path)):
        with pytest.raises(ValueError, match="not been fitted.*fit_prior"):
            unfitted.sample(3)
    model.fit_prior(X)
    model.save(path)
    loaded = kerae.load(path)
    assert loaded.prior_is_fitted
    np.testing.assert_allclose(loaded.sample(5, seed=1), model.sample(5, seed=1), rtol=1e-5)


def test_the_seed_says_which_mixture_is_found():
    def location(seed):
        model = linear(num_components=4).fit_prior(X, seed=seed)
        return keras.ops.convert_to_numpy(model.prior.location)

    np.testing.assert_array_equal(location(0), location(0))
    assert not np.array_equal(location(0), location(1))


@pytest.mark.slow
def test_a_run_leaves_a_model_that_can_be_sampled(tmp_path):
    data = kerae.data.Dataset(
        X, np.arange(30) % 2, X[:9], np.arange(9) % 2, name="x", class_names=("a", "b")
    )
    run.train(linear(num_components=2), data, tmp_path, epochs=1, batch_size=5)
    assert kerae.load(tmp_path / "model.keras").sample(2).shape == (2, 5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"regularizer": "l1"}, "'l2', 'gradient', 'spectral'.*Received: 'l1'"),
        ({"num_components": 0}, "`num_components` of at least 1. Received: 0"),
        ({"beta": -1.0}, "at least 0.*-1"),
        ({"regularizer": "gradient", "num_probes": 0}, "num_probes=0"),
    ],
    ids=str,
)
def test_refuses(arguments, message):
    with pytest.raises(ValueError, match=message):
        kerae.RAE((5,), 2, **arguments)
