import keras
import numpy as np
import pytest
from keras import ops

import kerae
from kerae.noise.fresh import FreshNoise
from kerae.priors import SecondStage

# On others test_contract.py trains and saves models that have it.
pytestmark = pytest.mark.mainly("torch")


@pytest.mark.once
def test_a_linear_one_becomes_the_probabilistic_pca_of_the_codes():
    """Tipping and Bishop, 1999: the covariance of the codes, with their least variance as noise."""
    generator = np.random.default_rng(0)
    axes = np.linalg.qr(generator.normal(size=(3, 3)))[0]
    z = generator.normal(size=(1500, 3)) * [2.0, 1.0, 0.3] @ axes.T + [1.0, -2.0, 0.5]
    kerae.set_random_seed(0)
    prior = SecondStage(second_dim=2, widths=()).fit(
        z, epochs=300, batch_size=500, learning_rate=0.05
    )
    covariance = np.cov(z, rowvar=False, bias=True)
    log_scale = float(ops.convert_to_numpy(prior.likelihood.log_scale))
    assert np.exp(2 * log_scale) == pytest.approx(np.linalg.eigvalsh(covariance)[0], rel=0.25)
    drawn = prior.sample(FreshNoise(keras.random.SeedGenerator(0), 20000))
    drawn = ops.convert_to_numpy(ops.stop_gradient(drawn))
    np.testing.assert_allclose(drawn.mean(axis=0), z.mean(axis=0), atol=0.1)
    np.testing.assert_allclose(np.cov(drawn, rowvar=False), covariance, rtol=0.1, atol=0.05)


def model(prior):
    return kerae.VAE((4,), 2, likelihood="normal", encoder=keras.layers.Dense(3), prior=prior)


def test_while_the_model_is_trained_the_prior_is_the_standard_normal():
    x = np.random.default_rng(0).normal(size=(8, 4)).astype("float32")
    two_stages, one = model(SecondStage(widths=(5,))), model(None)
    two_stages.encoder.set_weights(one.encoder.get_weights())
    two_stages.latent.set_weights(one.latent.get_weights())
    two_stages.decoder.set_weights(one.decoder.get_weights())
    for each in (two_stages, one):
        each.compile()
    found, expected = (each.evaluate(x, return_dict=True, verbose=0) for each in (two_stages, one))
    assert found == pytest.approx(expected)
    likelihoods = [each.log_likelihood(x, num_samples=5) for each in (two_stages, one)]
    np.testing.assert_allclose(*likelihoods, rtol=1e-5)


def values(part):
    return [ops.convert_to_numpy(each) for each in part.variables]


def test_each_stage_leaves_the_other_as_it_is():
    x = np.random.default_rng(0).normal(size=(8, 4)).astype("float32")
    prior = SecondStage(widths=(5,))
    first = model(prior)
    first.compile()
    before = values(prior)
    first.fit(x, verbose=0)
    assert all((a == b).all() for a, b in zip(values(prior), before, strict=True))
    before, trainable = values(first.decoder), len(first.trainable_variables)
    prior.fit(np.random.default_rng(1).normal(size=(20, 2)), epochs=1)
    assert all((a == b).all() for a, b in zip(values(first.decoder), before, strict=True))
    assert len(first.trainable_variables) == trainable and not prior.trainable_variables
    assert first.fit(x, verbose=0).history  # with the same variables as its optimizer


def test_samples_are_drawn_of_one_that_is_fitted_alone():
    prior, vae = SecondStage(widths=(5,)), kerae.VAE((4,), 2)
    for draw in (model(prior).sample, lambda n: vae.sample(n, prior=prior)):
        with pytest.raises(ValueError, match=r"SecondStage that is fitted.*fit_prior"):
            draw(3)
    prior.fit(np.random.default_rng(0).normal(size=(20, 2)), epochs=1)
    assert vae.sample(3, prior=prior).shape == (3, 4)
    with pytest.raises(ValueError, match="no closed form"):
        prior.log_prob(np.zeros((1, 2), "float32"))


def test_refuses_what_makes_no_sense():
    with pytest.raises(ValueError, match="`second_dim` of at least 1"):
        SecondStage(second_dim=0)
    with pytest.raises(ValueError, match=r"`z` of shape \('n', 2\)"):
        SecondStage(widths=()).fit(np.ones((4, 2)), epochs=1).fit(np.ones((4, 3)))
