"""Annealed importance sampling against the exact likelihood of probabilistic PCA."""

import keras
import numpy as np
import pytest
from scipy import special, stats

import kerae
from kerae import analysis

FEATURES, LATENT_DIM, SCALE = 6, 2, 0.5
GENERATOR = np.random.default_rng(0)
W = np.linalg.qr(GENERATOR.normal(size=(FEATURES, LATENT_DIM)))[0] * [2.0, 1.0]
EXACT = stats.multivariate_normal(np.zeros(FEATURES), W @ W.T + SCALE**2 * np.eye(FEATURES))
X = EXACT.rvs(16, random_state=0).astype("float32")
FEW = {"num_temperatures": 30, "num_chains": 16, "num_leapfrog": 4}


def linear(latent=None):
    """A model of which all is known but q(z|x), which has nothing to do with the posterior."""
    model = kerae.Autoencoder(
        (FEATURES,),
        latent=latent or kerae.latents.Normal(LATENT_DIM),
        terms=[kerae.Reconstruction()],
        likelihood=kerae.likelihoods.Normal(SCALE),
        encoder=keras.layers.Flatten(),
        decoder=keras.layers.Dense(FEATURES),
    )
    model.decoder.set_weights([W.T, np.zeros(FEATURES)])
    return model


@pytest.mark.parametrize("kind", ["normal", "deterministic"])
def test_it_is_the_exact_likelihood_within_its_standard_error(kind):
    latent = kerae.latents.Deterministic(LATENT_DIM) if kind == "deterministic" else None
    found = analysis.annealed_importance_sampling(linear(latent), X, **FEW)
    off = found.log_likelihood - EXACT.logpdf(X)
    assert np.abs(off / found.standard_error).max() < 4
    assert abs(off.mean()) < 4 * np.sqrt(np.mean(found.standard_error**2) / len(X))
    assert found.standard_error.max() < 0.6
    assert (found.acceptance > 0.4).all() and (found.acceptance < 1).all()
    assert ((found.effective_sample_size > 1) & (found.effective_sample_size < 16)).all()


@pytest.mark.once
def test_more_temperatures_make_it_more_exact():
    model = linear()
    few = {"num_chains": 16, "num_leapfrog": 4}
    rough = analysis.annealed_importance_sampling(model, X, num_temperatures=5, **few)
    fine = analysis.annealed_importance_sampling(model, X, num_temperatures=100, **few)
    assert fine.standard_error.mean() < rough.standard_error.mean() / 2
    off = fine.log_likelihood.mean() - EXACT.logpdf(X).mean()
    assert abs(off) < 4 * np.sqrt(np.mean(fine.standard_error**2) / len(X)) < 0.2


@pytest.mark.mainly("torch")
def test_of_an_example_it_depends_on_the_seed_alone():
    model, few = linear(), FEW | {"num_temperatures": 8}
    whole = analysis.annealed_importance_sampling(model, X[:5], **few)
    parts = analysis.annealed_importance_sampling(model, X[3:6], batch_size=2, **few)
    np.testing.assert_allclose(parts.log_likelihood[:2], whole.log_likelihood[3:], atol=1e-4)
    other = analysis.annealed_importance_sampling(model, X[:5], seed=1, **few)
    assert (np.abs(other.log_likelihood - whole.log_likelihood) > 1e-4).all()


@pytest.mark.once
def test_a_conditional_model_is_given_the_condition():
    keras.utils.set_random_seed(0)
    model = kerae.CVAE((FEATURES,), 2, num_classes=2, likelihood="normal")
    few = FEW | {"num_chains": 32}
    found = analysis.annealed_importance_sampling(model, X[:8], np.arange(8) % 2, **few)
    known = model.log_likelihood(X[:8], np.arange(8) % 2, num_samples=1000)
    assert np.abs((found.log_likelihood - known) / (found.standard_error + 0.01)).max() < 4


@pytest.mark.once
def test_it_is_of_the_density_that_examples_are_scored_by():
    """Also where samples are drawn from another one, or ways of codes are bent; against a grid."""
    x = (X[:4] > 0).astype("float32")
    axis = np.linspace(-6, 6, 121)
    grid = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    of_cell = stats.norm.logpdf(grid).sum(axis=1) + 2 * np.log(axis[1] - axis[0])
    for kind in (kerae.TwoStageVAE, kerae.RHVAE):
        model = kind((6,), 2, likelihood="bernoulli", encoder=keras.layers.Dense(8))
        found = analysis.annealed_importance_sampling(model, x, **FEW)
        p = model.decode(grid.astype("float32"))
        log_p = stats.bernoulli.logpmf(x[:, None], p).sum(axis=-1)
        exact = special.logsumexp(log_p + of_cell, axis=1)
        assert np.abs((found.log_likelihood - exact) / (found.standard_error + 1e-3)).max() < 4


@pytest.mark.once
@pytest.mark.parametrize(
    "model, x, arguments, message",
    [
        (lambda: kerae.PoincareVAE((6,), 2), X, {}, "codes in flat space. Received: WrappedNormal"),
        (lambda: kerae.VAE((6,), 2), X.clip(0, 1), {}, "Bernoulli"),
        (linear, X[:, :5], {}, r"\(16, 5\)"),
        (linear, X, {"num_temperatures": 1}, "`num_temperatures` of at least 2"),
        (linear, X, {"num_chains": 1}, "`num_chains` of at least 2"),
        (linear, X, {"num_leapfrog": 0}, "`num_leapfrog` of at least 1"),
    ],
)
def test_others_are_refused(model, x, arguments, message):
    with pytest.raises(ValueError, match=message):
        analysis.annealed_importance_sampling(model(), x, **arguments)
