"""What a categorical VAE says of log p(x), against sums over all of its codes."""

from itertools import product

import keras
import numpy as np
import pytest
from keras import ops
from scipy.special import logsumexp

import kerae

N, K = 2, 3
CODES = np.array([np.eye(K)[list(each)].ravel() for each in product(range(K), repeat=N)])
X = np.random.default_rng(0).integers(0, 2, (6, 5)).astype("float32")


@pytest.fixture(scope="module")
def model():
    kerae.set_random_seed(0)
    model = kerae.CategoricalVAE(
        (5,), N, K, temperature=0.5, encoder=keras.layers.Flatten(), decoder=keras.layers.Dense(5)
    )
    model.decoder.set_weights([each * 2 for each in model.decoder.get_weights()])
    return model


def exact(model, x):
    """log p(x|z) + log p(z) and log q(z|x) of every code, in double precision, `(n, codes)`."""
    kernel, bias = (each.astype("float64") for each in model.decoder.get_weights())
    logits = CODES @ kernel + bias
    log_p = x @ -np.logaddexp(0, -logits).T + (1 - x) @ -np.logaddexp(0, logits).T
    kernel, bias = (each.astype("float64") for each in model.latent.head.get_weights())
    heads = (x @ kernel + bias).reshape(len(x), N, K)
    heads -= logsumexp(heads, axis=-1, keepdims=True)
    return log_p - N * np.log(K), heads.reshape(len(x), -1) @ CODES.T


def test_the_likelihood_is_the_sum_over_all_codes(model):
    log_joint, log_q = exact(model, X)
    expected, count = logsumexp(log_joint, axis=1), 500
    found = model.log_likelihood(X, num_samples=count)
    relative = np.exp(log_joint - expected[:, None])  # p(x, z) / p(x)
    variance = (relative**2 / np.exp(log_q)).sum(axis=1) - 1  # of a weight
    assert (np.abs(found - expected) < 4 * np.sqrt(variance / count)).all()


@pytest.mark.mainly("torch")
def test_evaluation_tells_the_elbo_of_the_discrete_model(model):
    log_joint, log_q = exact(model, X)
    q = np.exp(log_q)
    elbo = (q * (log_joint - log_q)).sum(axis=1)
    log_p = log_joint + N * np.log(K)
    x = np.repeat(X, 200, axis=0)
    noise = kerae.noise.RepeatableNoise("pass", (ops.arange(1200, dtype="int32"),) * 2, 0)
    outputs = model.propagate(ops.convert_to_tensor(x), noise=noise)
    drawn = ops.convert_to_numpy(outputs["log_likelihood"]).reshape(6, 200)
    variance = (q * log_p**2).sum(axis=1) - (q * log_p).sum(axis=1) ** 2
    kl = ops.convert_to_numpy(model.latent.kl_divergence(outputs)).sum(axis=1).reshape(6, 200)
    found = drawn.mean(axis=1) - kl[:, 0]
    assert (np.abs(found - elbo) < 4 * np.sqrt(variance / 200)).all()
    # And so `score` and `evaluate`: of discrete codes, of which there are few likelihoods.
    scores = model.score(X, num_samples=1)
    nearest = np.abs(-scores["reconstruction"][:, None] - log_p).min(axis=1)
    assert nearest.max() < 1e-4
    np.testing.assert_allclose(scores["kl"], kl[:, 0], rtol=1e-5)
    model.compile()
    logs = model.evaluate(X, verbose=0, return_dict=True)
    assert logs["loss"] == pytest.approx(scores["negative_elbo"].mean(), rel=1e-5)


@pytest.mark.mainly("torch")
def test_training_tells_the_objective_of_relaxed_codes(model):
    outputs = model.propagate(ops.convert_to_tensor(X), training=True)
    z = ops.convert_to_numpy(outputs["z"]).reshape(-1, K)
    np.testing.assert_allclose(z.sum(axis=1), 1.0, rtol=1e-5)
    assert ((z > 0.001) & (z < 0.999)).any()


@pytest.mark.mainly("torch")
def test_samples_are_decoded_categories_each_as_likely_as_another(model):
    samples = model.sample(4000, seed=0)
    decoded = model.decode(CODES.astype("float32"))
    distance = np.abs(samples[:, None] - decoded).max(axis=2)
    assert distance.min(axis=1).max() < 1e-6
    counts = np.bincount(distance.argmin(axis=1), minlength=9)
    assert np.abs(counts - 4000 / 9).max() < 4 * np.sqrt(4000 / 9 * 8 / 9)


@pytest.mark.once
def test_refuses_another_prior_and_another_code():
    with pytest.raises(ValueError, match="Discrete.*StandardNormal.*kerae.priors.UniformCodes"):
        kerae.CategoricalVAE((5,), prior=kerae.priors.StandardNormal())
    with pytest.raises(ValueError, match="either `latent` or `temperature`"):
        kerae.CategoricalVAE((5,), 2, 3, 0.5, latent=kerae.latents.Categorical(2, 3))
