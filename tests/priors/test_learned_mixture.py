"""A mixture that is trained, against SciPy, and as clusters."""

import keras
import numpy as np
import pytest
from keras import ops
from numbered_noise import noise
from scipy import special, stats
from sklearn.datasets import make_blobs

import kerae
from kerae import priors
from kerae.metrics import cluster_accuracy
from kerae.testing import check_part

pytestmark = pytest.mark.mainly("torch")


def made(prior):
    return kerae.VAE((4,), 2, prior=prior, encoder=keras.layers.Dense(3))


@pytest.fixture
def mixture():
    """Of three components, none like another, and what SciPy says of it."""
    prior = priors.LearnedMixture(3)
    made(prior)
    means, scales = np.array([[0, 1], [4, 0], [-4, -4]]), np.array([[1, 0.5], [0.2, 2], [1, 1]])
    weights = np.array([0.2, 0.5, 0.3])
    prior.means.assign(means)
    prior.log_variances.assign(2 * np.log(scales))
    prior.logits.assign(np.log(weights) + 7.0)
    return prior, stats.norm(means, scales), weights


def test_densities_are_those_of_scipy(mixture):
    prior, components, weights = mixture
    z = np.random.default_rng(0).normal(size=(4, 3, 2), scale=3).astype("float32")
    log_joint = components.logpdf(z[..., None, :]).sum(-1) + np.log(weights)
    tensor = ops.convert_to_tensor(z)
    np.testing.assert_allclose(ops.convert_to_numpy(prior.log_joint(tensor)), log_joint, rtol=1e-4)
    expected = special.logsumexp(log_joint, axis=-1)
    np.testing.assert_allclose(ops.convert_to_numpy(prior.log_prob(tensor)), expected, rtol=1e-4)


def test_samples_are_of_the_components_and_of_one_where_it_is_asked_for(mixture):
    prior, components, weights = mixture
    z = ops.convert_to_numpy(prior.sample(noise(4000)))
    mean = weights @ components.mean()
    assert (abs(z.mean(0) - mean) < 4 * z.std(0) / np.sqrt(4000)).all()
    labels = ops.convert_to_tensor(np.int32([0, 1, 2, -1] * 1000))
    z = ops.convert_to_numpy(prior.sample(noise(4000), labels)).reshape(-1, 4, 2)
    for index in range(3):
        error = components.std()[index] / np.sqrt(1000)
        assert (abs(z[:, index].mean(0) - components.mean()[index]) < 4 * error).all()
        np.testing.assert_allclose(z[:, index].std(0), components.std()[index], rtol=0.15)
    # Of the last, which is of no class, the mean is that of the whole.
    assert (abs(z[:, 3].mean(0) - mean) < 4 * z[:, 3].std(0) / np.sqrt(1000)).all()


def test_clusters_of_the_data_are_found_by_the_fitted_prior():
    x, labels = make_blobs(300, centers=np.eye(4)[:3], cluster_std=0.02, random_state=1)
    x = x.astype("float32")
    kerae.set_random_seed(0)
    model = kerae.GMVAE((4,), 4, num_clusters=3, likelihood="normal", encoder=keras.layers.Dense(8))
    assert model.fit_prior(x) is model
    probabilities = model.cluster_probabilities(x)
    assert probabilities.shape == (300, 3)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)
    assert cluster_accuracy(labels, probabilities.argmax(axis=1)) > 0.95
    z, found = model.encode(x), probabilities.argmax(axis=1)
    spread = np.exp(0.5 * ops.convert_to_numpy(model.prior.log_variances))
    for index in range(3):
        np.testing.assert_allclose(
            spread[index], z[found == index].std(axis=0), rtol=0.1, atol=2e-3
        )
    of_two = [model.sample(5, np.full(5, y), seed=0, prior=model.prior) for y in (0, 2)]
    assert np.abs(of_two[0] - of_two[1]).max() > 1e-3
    before = ops.convert_to_numpy(model.prior.means)
    model.compile("adam")
    model.fit(x, epochs=2, verbose=0)
    assert (ops.convert_to_numpy(model.prior.means) != before).any()


def test_what_cannot_be_fitted_is_refused():
    with pytest.raises(ValueError, match="part of a model"):
        priors.LearnedMixture(3).fit(np.eye(3))
    prior = priors.LearnedMixture(3)
    made(prior)
    with pytest.raises(ValueError, match="at least 3 codes"):
        prior.fit(np.eye(2))
    model = kerae.GMVAE((4,), 2, prior=priors.StandardNormal())
    with pytest.raises(ValueError, match="components are the clusters. Received: StandardNormal"):
        model.cluster_probabilities(np.zeros((2, 4), "float32"))


def test_it_is_a_part():
    check_part(priors.LearnedMixture(3))
