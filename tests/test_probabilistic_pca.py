"""A VAE with linear networks and a normal likelihood is probabilistic PCA: all is known exactly.

    p(z) = N(0, I),  p(x|z) = N(W z + mu, s^2 I)   =>   p(x) = N(mu, W W^T + s^2 I)
    q(z|x) = N(M^-1 W^T (x - mu), s^2 M^-1),  M = W^T W + s^2 I,  is the exact posterior

Reference:
    Tipping and Bishop, 1999, https://doi.org/10.1111/1467-9868.00196
"""

import warnings

import keras
import numpy as np
import pytest
from scipy import stats

import kerae

FEATURES, LATENT_DIM, SCALE = 6, 2, 0.5
generator = np.random.default_rng(0)
# Orthogonal columns: M is diagonal, and so the exact posterior is one that a VAE can hold.
W = np.linalg.qr(generator.normal(size=(FEATURES, LATENT_DIM)))[0] * [2.0, 1.0]
MU = generator.normal(size=FEATURES)
COVARIANCE = W @ W.T + SCALE**2 * np.eye(FEATURES)
X = stats.multivariate_normal(MU, COVARIANCE).rvs(2000, random_state=0).astype("float32")


def linear_vae(scale=SCALE):
    return kerae.VAE(
        (FEATURES,),
        LATENT_DIM,
        likelihood=kerae.likelihoods.Normal(scale),
        encoder=keras.layers.Flatten(),
        decoder=keras.layers.Dense(FEATURES),
    )


def with_known_weights(spread=1.0, shift=0.0, model=None):
    """The model of the data; its posterior is the exact one, or wider and shifted."""
    model = linear_vae() if model is None else model
    m = np.sum(W**2, axis=0) + SCALE**2
    kernel = W / m
    model.latent.mean_head.set_weights([kernel, shift - MU @ kernel])
    log_variance = np.log(spread**2 * SCALE**2 / m)
    model.latent.log_variance_head.set_weights([np.zeros((FEATURES, LATENT_DIM)), log_variance])
    model.decoder.set_weights([W.T, MU])
    return model


def exact(x):
    return stats.multivariate_normal(MU, COVARIANCE).logpdf(x)


def test_with_the_exact_posterior_one_sample_gives_the_exact_likelihood():
    found = with_known_weights().log_likelihood(X[:50], num_samples=1)
    np.testing.assert_allclose(found, exact(X[:50]), rtol=1e-3)


def test_with_the_exact_posterior_the_loss_is_the_exact_negative_likelihood():
    model = with_known_weights()
    model.compile()
    # The KL is the exact one here, so single examples scatter; its mean over them does not.
    loss = model.evaluate(X, verbose=0, batch_size=1000, return_dict=True)["loss"]
    assert loss == pytest.approx(-exact(X).mean(), rel=0.01)


def test_with_another_posterior_many_samples_give_the_exact_likelihood():
    model = with_known_weights(spread=1.5, shift=0.2)
    one = model.log_likelihood(X[:50], num_samples=1)
    assert np.mean(exact(X[:50]) - one) > 0.2
    found = model.log_likelihood(X[:50], num_samples=20_000)
    np.testing.assert_allclose(found, exact(X[:50]), rtol=1e-2)
    assert found.mean() == pytest.approx(exact(X[:50]).mean(), rel=1e-3)


@pytest.mark.once
def test_a_posterior_that_is_far_off_is_warned_of():
    far = with_known_weights(shift=4.0)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        found = far.log_likelihood(X[:20], num_samples=200)
    of_codes = [str(each.message) for each in told if "codes count" in str(each.message)]
    assert len(of_codes) == 1
    assert "On 20 of 20 examples fewer than 5 of 200 codes count" in of_codes[0]
    assert np.mean(exact(X[:20]) - found) > 1
    far.log_likelihood(X[:20], num_samples=99)  # a bound rather than an estimate
    with_known_weights(spread=1.5, shift=0.1).log_likelihood(X[:20], num_samples=200)


def best_negative_log_likelihood(scale):
    """The minimum over W, mu (and s, where learned) for the data, from its eigenvalues.

    Of d eigenvalues of the covariance the q largest are kept where they exceed s^2; the others
    are explained by the noise. The best s^2 is their mean.
    """
    eigenvalues = np.sort(np.linalg.eigvalsh(np.cov(X.T.astype("float64"), bias=True)))[::-1]
    rest = eigenvalues[LATENT_DIM:]
    variance = rest.mean() if scale == "learned" else scale**2
    kept = np.maximum(eigenvalues[:LATENT_DIM], variance)
    log_determinant = np.log(kept).sum() + len(rest) * np.log(variance)
    mahalanobis = (eigenvalues[:LATENT_DIM] / kept).sum() + rest.sum() / variance
    return 0.5 * (FEATURES * np.log(2 * np.pi) + log_determinant + mahalanobis)


@pytest.mark.mainly("torch")
@pytest.mark.slow
@pytest.mark.parametrize("scale", [SCALE, "learned"])
def test_training_reaches_the_maximum_likelihood_of_probabilistic_pca(scale):
    generator = np.random.default_rng(0)
    model = linear_vae(scale)
    for variable in model.trainable_variables:
        variable.assign(0.3 * generator.normal(size=variable.shape))
    model.compile(keras.optimizers.Adam(0.05))
    model.fit(X, epochs=20, batch_size=200, verbose=0)
    model.optimizer.learning_rate = 0.005
    model.fit(X, epochs=5, batch_size=200, verbose=0)
    best = best_negative_log_likelihood(scale)
    found = -model.log_likelihood(X, num_samples=20, batch_size=500).mean()
    assert best * (1 - 1e-3) < found < best * 1.005
    loss = model.evaluate(X, batch_size=500, verbose=0, return_dict=True)["loss"]
    assert loss == pytest.approx(best, rel=0.02)
    if scale == "learned":
        (log_scale,) = model.likelihood.get_weights()
        assert np.exp(log_scale) == pytest.approx(SCALE, rel=0.05)
