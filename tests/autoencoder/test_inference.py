"""What a trained model is asked: deterministic, repeatable, and nothing in the model changes."""

import keras
import numpy as np
import pytest
from keras import ops
from scipy import special, stats
from shifted_normal import ShiftedNormal

import kerae
from kerae.autoencoder import scoring
from kerae.checks import arrays
from kerae.noise.repeatable import RepeatableNoise
from kerae.terms import KLDivergence

pytestmark = pytest.mark.mainly("torch", "jax")
SHAPE, LATENT_DIM = (4, 4, 1), 2
X = np.random.default_rng(0).random((10, *SHAPE), dtype="float32")
BINARY = (X > 0.5).astype("float32")
PRIOR = ShiftedNormal(0.3, 0.8)


def new_model(dropout=None, **arguments):
    """A VAE of 4x4 pixels with dense networks, whose posterior is far from constant."""
    kerae.set_random_seed(0)

    def network(output_shape):
        layers = [keras.layers.Flatten(), keras.layers.Dense(16, "tanh")]
        layers += [keras.layers.Dropout(dropout)] if dropout else []
        if output_shape:
            layers += [keras.layers.Dense(16), keras.layers.Reshape(output_shape)]
        return keras.Sequential(layers)

    arguments = {"prior": PRIOR, "latent": kerae.latents.Normal(LATENT_DIM)} | arguments
    return kerae.Autoencoder(
        SHAPE,
        terms=[kerae.Reconstruction(), KLDivergence()],
        encoder=network(None),
        decoder=network(SHAPE),
        **arguments,
    )


@pytest.fixture(scope="module")
def model():
    model = new_model()
    model.compile()
    return model


@pytest.fixture(scope="module")
def z(model):
    return model.encode(BINARY)


def evaluate(model, x=BINARY):
    return model.evaluate(x, batch_size=len(x), verbose=0, return_dict=True)


ASKED = {
    "encode": lambda model: model.encode(BINARY),
    "decode": lambda model: model.decode(np.ones((3, LATENT_DIM), "float32")),
    "reconstruct": lambda model: model.reconstruct(BINARY),
    "predict": lambda model: model.predict(BINARY, verbose=0),
    "sample": lambda model: model.sample(3, seed=0),
    "interpolate": lambda model: model.interpolate(BINARY[:2], BINARY[2:4], steps=3),
    "log_likelihood": lambda model: model.log_likelihood(BINARY, num_samples=3),
    "score": lambda model: np.array(list(model.score(BINARY, num_samples=3).values())),
    "evaluate": lambda model: np.array(list(evaluate(model).values())),
}
whatever_is_asked = pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED.keys())


@whatever_is_asked
def test_nothing_in_the_model_changes(model, asked):
    metrics = {variable.path for variable in model.metrics_variables}
    variables = [v for v in model.variables if v.path not in metrics]
    variables += model.optimizer.variables
    assert any("seed_generator_state" in variable.path for variable in variables)
    before = [ops.convert_to_numpy(variable).copy() for variable in variables]
    asked(model)
    for variable, value in zip(variables, before):
        np.testing.assert_array_equal(ops.convert_to_numpy(variable), value, variable.path)


@pytest.fixture(scope="module")
def with_dropout(model):
    """A model that is as `model` but for dropout in both networks."""
    forgetful = new_model(dropout=0.9)
    forgetful.compile()
    for variable, same in zip(forgetful.trainable_variables, model.trainable_variables):
        variable.assign(ops.convert_to_numpy(same))
    return forgetful


@whatever_is_asked
def test_dropout_is_off(model, with_dropout, asked):
    np.testing.assert_allclose(asked(with_dropout), asked(model), rtol=1e-5)


@whatever_is_asked
def test_asking_twice_gives_the_same_answer(model, asked):
    np.testing.assert_array_equal(asked(model), asked(model))


def test_encode_gives_the_mean_of_the_posterior_as_numpy(model, z):
    hidden = np.tanh(BINARY.reshape(len(X), -1) @ _kernel(model.encoder, 1))
    np.testing.assert_allclose(z, hidden @ model.latent.mean_head.get_weights()[0], rtol=1e-4)
    assert type(z) is np.ndarray and z.shape == (len(X), LATENT_DIM)


def _kernel(network, index):
    kernel, bias = network.layers[index].get_weights()
    assert (bias == 0).all()
    return kernel


def test_decoding_codes_is_reconstructing_is_predicting_is_calling(model, z):
    decoded = model.decode(z)
    expected = special.expit(np.tanh(z @ _kernel(model.decoder, 1)) @ _kernel(model.decoder, 2))
    np.testing.assert_allclose(decoded, expected.reshape(X.shape), rtol=1e-4)
    for reconstruction in (
        model.reconstruct(BINARY),
        model.predict(BINARY, verbose=0),
        ops.convert_to_numpy(model(BINARY)),
    ):
        np.testing.assert_allclose(reconstruction, decoded, rtol=1e-5)


def test_an_uneven_last_batch_changes_nothing(model, z):
    np.testing.assert_allclose(model.encode(BINARY, batch_size=4), z, rtol=1e-5, atol=1e-6)
    whole = model.sample(5, seed=0)
    np.testing.assert_allclose(model.sample(5, seed=0, batch_size=4), whole, rtol=1e-5)
    whole = model.log_likelihood(BINARY, num_samples=5)
    in_parts = model.log_likelihood(BINARY, num_samples=5, batch_size=4)
    np.testing.assert_allclose(in_parts, whole, rtol=1e-5)
    whole = model.score(BINARY, num_samples=5)
    for name, values in model.score(BINARY[:6], num_samples=5, batch_size=4).items():
        np.testing.assert_allclose(values, whole[name][:6], rtol=1e-5)


def test_the_preprocessing_is_part_of_every_answer(model):
    gray = new_model(preprocessing=kerae.data.Binarize("threshold"))
    np.testing.assert_allclose(gray.encode(X), model.encode(BINARY), rtol=1e-5)
    np.testing.assert_allclose(gray.reconstruct(X), model.reconstruct(BINARY), rtol=1e-5)
    np.testing.assert_array_equal(gray.targets_in_batches(X), BINARY)
    expected = special.logsumexp(log_weights_by_hand(gray, 3, identified_by=X), axis=1) - np.log(3)
    np.testing.assert_allclose(gray.log_likelihood(X, num_samples=3), expected, rtol=1e-5)


# Sampling


def test_samples_come_from_the_models_own_prior():
    class Identity(keras.layers.Layer):
        def call(self, z):
            return z

    model = kerae.Autoencoder(
        (LATENT_DIM,),
        kerae.latents.Normal(LATENT_DIM),
        "normal",
        prior=ShiftedNormal(50.0, 2.0),
        decoder=Identity(),
    )
    samples = model.sample(2000, seed=0)
    assert stats.kstest(samples.ravel(), stats.norm(50.0, 2.0).cdf).pvalue > 0.01
    assert abs(np.corrcoef(samples.T)[0, 1]) < 4 / np.sqrt(2000)


def test_a_seed_repeats_a_sample_and_another_gives_another(model):
    first = model.sample(3, seed=1)
    np.testing.assert_array_equal(model.sample(3, seed=1), first)
    assert (model.sample(3, seed=2) != first).any(axis=(1, 2, 3)).all()
    assert len(np.unique(first, axis=0)) == 3


@pytest.mark.parametrize("seed", [-1, 2**32 + 1])
def test_any_integer_is_a_seed(model, seed):
    same = model.sample(3, seed=seed % 2**32)
    np.testing.assert_array_equal(model.sample(3, seed=seed), same)


def test_without_a_seed_every_sample_is_new_and_keras_seed_repeats_them(model):
    draws = []
    for _ in range(2):
        kerae.set_random_seed(7)
        draws.append([model.sample(3), model.sample(3)])
    assert (draws[0][0] != draws[0][1]).any()
    np.testing.assert_array_equal(draws[0], draws[1])


def test_more_samples_begin_with_the_fewer(model):
    np.testing.assert_allclose(model.sample(5, seed=0)[:3], model.sample(3, seed=0), rtol=1e-5)


def test_refuses_to_draw_no_sample(model):
    with pytest.raises(ValueError, match=r"at least 1. Received: 0"):
        model.sample(0)


# Interpolation


@pytest.mark.parametrize("method", ["linear", "slerp"])
def test_a_path_begins_and_ends_with_the_reconstructions(model, method):
    path = model.interpolate(BINARY[:3], BINARY[3:6], steps=4, method=method)
    assert path.shape == (3, 4, *SHAPE)
    np.testing.assert_allclose(path[:, 0], model.reconstruct(BINARY[:3]), rtol=1e-4)
    np.testing.assert_allclose(path[:, -1], model.reconstruct(BINARY[3:6]), rtol=1e-4)


def test_between_them_are_the_decoded_codes_between(model, z):
    path = model.interpolate(BINARY[:3], BINARY[3:6], steps=3)
    np.testing.assert_allclose(path[:, 1], model.decode((z[:3] + z[3:6]) / 2), rtol=1e-4)


# Likelihood


def log_weights_by_hand(model, num_samples, identified_by=BINARY):
    """log p(x|z) + log p(z) - log q(z|x) by SciPy, with the draws that evaluation makes."""
    noise = RepeatableNoise("pass", RepeatableNoise.identity_of(identified_by), seed=0)
    epsilon = ops.convert_to_numpy(noise.normal((num_samples, LATENT_DIM)))
    mean, log_variance = (
        ops.convert_to_numpy(model.posterior(BINARY)[name])[:, None]
        for name in ("mean", "log_variance")
    )
    scale = np.exp(log_variance / 2)
    z = mean + scale * epsilon
    hidden = np.tanh(z @ _kernel(model.decoder, 1))
    p = special.expit((hidden @ _kernel(model.decoder, 2)).astype("float64"))
    log_p_x = stats.bernoulli.logpmf(BINARY.reshape(len(X), 1, -1), p).sum(axis=-1)
    log_p_z = stats.norm.logpdf(z, PRIOR.mean, PRIOR.scale).sum(axis=-1)
    log_q = stats.norm.logpdf(z, mean, scale).sum(axis=-1)
    return log_p_x + log_p_z - log_q


@pytest.mark.parametrize("num_samples", [1, 5])
def test_log_likelihood_is_the_log_of_the_mean_weight(model, num_samples):
    log_weights = log_weights_by_hand(model, num_samples)
    expected = special.logsumexp(log_weights, axis=1) - np.log(num_samples)
    np.testing.assert_allclose(
        model.log_likelihood(BINARY, num_samples=num_samples), expected, rtol=1e-5
    )


def test_with_one_sample_it_is_the_elbo_that_evaluate_logs(model):
    elbo = -evaluate(model)["loss"]
    assert model.log_likelihood(BINARY, num_samples=1).mean() == pytest.approx(elbo, rel=1e-5)


@pytest.mark.slow
def test_the_bound_gets_tighter_with_more_samples(model):
    bounds = {
        k: [model.log_likelihood(BINARY, num_samples=k, seed=seed).mean() for seed in range(90)]
        for k in (1, 5, 25)
    }
    mean = {k: np.mean(values) for k, values in bounds.items()}
    error = {k: np.std(values) / np.sqrt(90) for k, values in bounds.items()}
    assert mean[5] - mean[1] > 3 * np.hypot(error[1], error[5])
    assert mean[25] - mean[5] > 3 * np.hypot(error[5], error[25])


def test_many_samples_computed_in_parts_are_the_same_samples(model, monkeypatch):
    def estimates():
        size = model.score(BINARY, num_samples=7, batch_size=10)["effective_sample_size"]
        return model.log_likelihood(BINARY, num_samples=7, batch_size=10), size

    whole = estimates()
    monkeypatch.setattr(scoring, "ELEMENTS_AT_ONCE", 3 * 10 * 16)
    np.testing.assert_allclose(estimates(), whole, rtol=1e-5)


def test_gray_pixels_have_no_likelihood_under_bernoulli(model):
    with pytest.raises(ValueError, match=r"density of binary data.*100\.0%.*continuous_bernoulli"):
        model.log_likelihood(X)


def test_targets_are_looked_at_in_parts_so_that_no_copy_of_all_is_made(monkeypatch):
    model = new_model(preprocessing=kerae.data.Binarize("threshold"))
    expected, looked_at = model.log_likelihood(X, num_samples=2), []
    monkeypatch.setattr(arrays, "ROWS_AT_ONCE", 4)
    monkeypatch.setattr(
        kerae.likelihoods.Bernoulli, "check_density", lambda _, x: looked_at.append(len(x))
    )
    np.testing.assert_array_equal(model.log_likelihood(X, num_samples=2), expected)
    assert looked_at == [4, 4, 2]


def test_gray_pixels_of_the_last_part_are_found(model, monkeypatch):
    monkeypatch.setattr(arrays, "ROWS_AT_ONCE", 4)
    with pytest.raises(ValueError, match="Bernoulli"):
        model.log_likelihood(np.concatenate([BINARY, X[-1:]]))


def test_a_deterministic_code_has_no_likelihood():
    model = kerae.AE(SHAPE, LATENT_DIM)
    with pytest.raises(ValueError, match=r"Deterministic codes have no density.*latents.Normal"):
        model.log_likelihood(BINARY)


@pytest.mark.parametrize("method", ["log_likelihood", "score"])
def test_refuses_to_weigh_no_code(model, method):
    with pytest.raises(ValueError, match=r"`num_samples` of at least 1. Received: 0"):
        getattr(model, method)(BINARY, num_samples=0)


# Scores


def test_scores_are_those_of_the_equations(model):
    scores = model.score(BINARY, num_samples=5)
    log_weights = log_weights_by_hand(model, 5)
    squared_error = np.square(BINARY - model.reconstruct(BINARY)).mean(axis=(1, 2, 3))
    weights = np.exp(log_weights - log_weights.max(axis=1, keepdims=True))
    expected = {
        "reconstruction_error": squared_error,
        "negative_elbo": -log_weights_by_hand(model, 1)[:, 0],
        "importance_weighted_bound": special.logsumexp(log_weights, axis=1) - np.log(5),
        "effective_sample_size": weights.sum(axis=1) ** 2 / (weights**2).sum(axis=1),
    }
    for name, values in expected.items():
        np.testing.assert_allclose(scores[name], values, rtol=1e-4, err_msg=name)
    elbo = scores["reconstruction"] + scores["kl"]
    np.testing.assert_allclose(elbo, expected["negative_elbo"], rtol=1e-4)
    for term in ("reconstruction", "kl"):
        assert scores[term].mean() == pytest.approx(evaluate(model)[term], rel=1e-5)
    assert list(scores) == [*scoring.OF_A_PASS, *scoring.OF_WEIGHTS]


def test_the_kl_is_summed_over_dimensions():
    model = new_model(prior=None)
    posterior = model.posterior(BINARY)
    mean, log_variance = (
        ops.convert_to_numpy(posterior[name]) for name in ("mean", "log_variance")
    )
    expected = 0.5 * (mean**2 + np.exp(log_variance) - 1 - log_variance).sum(axis=1)
    np.testing.assert_allclose(model.score(BINARY, num_samples=1)["kl"], expected, rtol=1e-4)


@pytest.mark.parametrize("num_samples", [1, 6])
def test_codes_that_all_weigh_the_same_count_in_full(num_samples):
    model = new_model(prior=None)
    for variable in model.trainable_variables:
        variable.assign(np.zeros(variable.shape))
    scores = model.score(BINARY, num_samples=num_samples)
    np.testing.assert_allclose(scores["effective_sample_size"], num_samples, rtol=1e-4)
    assert (scores["effective_sample_size"] <= num_samples).all()
    # A posterior that is the prior, and pixels that are a coin's.
    np.testing.assert_allclose(scores["kl"], 0, atol=1e-6)
    np.testing.assert_allclose(scores["importance_weighted_bound"], -16 * np.log(2), rtol=1e-5)


def test_the_seed_is_that_of_the_weighed_codes_alone(model):
    scores = [model.score(BINARY, num_samples=3, seed=seed) for seed in (0, 1)]
    for name in scoring.OF_A_PASS:
        np.testing.assert_array_equal(*(each[name] for each in scores))
    for name in scoring.OF_WEIGHTS:
        assert (scores[0][name] != scores[1][name]).all()


def test_gray_pixels_are_scored_by_the_objective(model):
    scores = model.score(X, num_samples=1)
    assert scores["negative_elbo"].mean() == pytest.approx(evaluate(model, X)["loss"], rel=1e-5)
    bound = -scores["importance_weighted_bound"]
    np.testing.assert_allclose(bound, scores["negative_elbo"], rtol=1e-5)


def test_deterministic_codes_are_scored_by_what_comes_back():
    scores = kerae.AE(SHAPE, LATENT_DIM).score(BINARY)
    assert list(scores) == ["reconstruction_error", "reconstruction"]
