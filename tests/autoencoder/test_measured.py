"""What is measured of an example is measured at the codes that are drawn for it."""

import keras
import numpy as np
import pytest
from keras import ops
from scipy import special, stats

import kerae
from kerae.autoencoder.measured import measured, scored
from kerae.export.endpoints import endpoints

X = np.random.default_rng(0).random((6, 4), dtype="float32")
MEANS = np.array([[0.0, 2.0], [1.0, -1.0], [-2.0, 0.5]], "float32")


@pytest.fixture
def model():
    """Its prior is a mixture, so that no formula gives the KL and it is estimated from draws."""
    prior = kerae.priors.GaussianMixture(MEANS, np.stack([0.25 * np.eye(2)] * 3))
    networks = {"encoder": keras.layers.Flatten(), "decoder": keras.layers.Dense(4)}
    latent = kerae.latents.Normal(2, num_samples=3)
    return kerae.Autoencoder((4,), latent, prior=prior, likelihood="normal", **networks)


def numpy(tensor):
    return ops.convert_to_numpy(tensor)


def kl_by_scipy(model):
    """log q(z|x) - log p(z), the mean of the three codes of each example."""
    outputs = model.propagate(ops.convert_to_tensor(X))
    z = numpy(outputs["z"])
    q = {name: numpy(value)[:, None] for name, value in outputs["posterior"].items()}
    scale = np.exp(0.5 * q["log_variance"])
    log_q = stats.norm.logpdf(z, q["mean"], scale).sum(axis=-1)
    of_components = stats.norm.logpdf(z[:, :, None], MEANS, 0.5).sum(axis=-1)
    log_p = special.logsumexp(of_components, axis=-1) - np.log(len(MEANS))
    return (log_q - log_p).mean(axis=1)


def test_the_kl_of_a_mixture_is_estimated_at_the_codes_drawn(model):
    found = numpy(measured(ops.convert_to_tensor(X), model=model)["kl"])
    np.testing.assert_allclose(found[:, 0], kl_by_scipy(model), rtol=1e-4, atol=1e-5)


def test_so_is_the_negative_elbo_also_where_it_is_exported(model):
    outputs = model.propagate(ops.convert_to_tensor(X))
    means = numpy(outputs["parameters"]).reshape(6, 3, 4)
    log_likelihood = stats.norm.logpdf(X[:, None], means).sum(axis=-1).mean(axis=1)
    expected = kl_by_scipy(model) - log_likelihood
    x = ops.convert_to_tensor(X)
    for scores in (scored(x, model=model), endpoints(model)["score"].function(x=x)):
        np.testing.assert_allclose(numpy(scores["negative_elbo"]), expected, rtol=1e-4)
