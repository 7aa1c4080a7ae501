"""Codes of several kinds side by side: each part is what it is alone."""

import numpy as np
import pytest
from keras import ops
from numbered_noise import noise
from scipy.special import log_softmax
from scipy.stats import norm

import kerae
from kerae import latents, priors
from kerae.latents import Categorical, Joint, Normal
from kerae.priors.joint import OfParts
from kerae.priors.uniform_codes import OfCodes

FEATURES = np.random.default_rng(0).normal(size=(5, 4)).astype("float32")


def array(tensor):
    return ops.convert_to_numpy(tensor)


@pytest.fixture(scope="module")
def latent():
    kerae.set_random_seed(0)
    latent = Joint([Normal(2), Categorical(2, 3)], num_samples=4)
    latent(FEATURES)
    return latent


def known(latent):
    """Mean, log-variance and log pi, in double precision, from the weights of the heads."""
    normal, categorical = latent.parts
    of_heads = (
        FEATURES @ array(head.kernel).astype("float64") + array(head.bias)
        for head in (normal.mean_head, normal.log_variance_head, categorical.head)
    )
    mean, log_variance, logits = of_heads
    return mean, log_variance, log_softmax(logits.reshape(5, 2, 3), axis=-1)


def a_pass(latent, training=False):
    outputs = {
        "posterior": latent(FEATURES),
        "noise": noise(5),
        "step": ops.convert_to_tensor(0),
        "training": training,
    }
    prior = priors.StandardNormal()
    prior.event_shape = (2,)
    outputs["prior"] = OfParts(latent, [prior, OfCodes(latent.parts[1])])
    return outputs | latent.draw(None, outputs)


def test_densities_are_products_and_the_kl_is_a_sum_known_exactly(latent):
    outputs = a_pass(latent)
    mean, log_variance, log_p = known(latent)
    z = array(outputs["z"]).astype("float64")
    assert z.shape == (5, 4, 8)
    log_q = norm.logpdf(z[..., :2], mean[:, None], np.exp(log_variance / 2)[:, None]).sum(-1)
    log_q += (z[..., 2:] * log_p.reshape(5, 1, 6)).sum(axis=-1)
    np.testing.assert_allclose(array(latent.log_posterior(outputs)), log_q, rtol=1e-4, atol=1e-4)
    of_values = latent.log_prob(outputs["posterior"], outputs["z"])
    np.testing.assert_allclose(array(of_values), log_q, rtol=1e-4, atol=1e-4)
    log_prior = norm.logpdf(z[..., :2]).sum(axis=-1) - 2 * np.log(3)
    np.testing.assert_allclose(array(outputs["prior"].log_prob(outputs["z"])), log_prior, rtol=1e-5)
    kl = [
        0.5 * (mean**2 + np.exp(log_variance) - 1 - log_variance),
        (np.exp(log_p) * (log_p + np.log(3))).sum(axis=-1),
    ]
    np.testing.assert_allclose(
        array(latent.kl_divergence(outputs)), np.concatenate(kl, axis=1), rtol=1e-4, atol=1e-5
    )
    for number, expected in enumerate(kl, start=1):
        found = array(latent.kl_of_part(number, outputs))
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.mainly("torch")
def test_the_deterministic_code_and_the_draws_are_those_of_the_parts(latent):
    mean, _, log_p = known(latent)
    one_hot = np.eye(3)[log_p.argmax(axis=-1)].reshape(5, 6)
    mode = array(latent.mode(latent(FEATURES)))
    np.testing.assert_allclose(mode, np.concatenate([mean, one_hot], axis=1), rtol=1e-4, atol=1e-5)
    assert [list(each) for each in latent.categorical_variables] == [[2, 3, 4], [5, 6, 7]]
    hard, relaxed = (array(a_pass(latent, training)["z"])[..., 2:] for training in (False, True))
    assert set(np.unique(hard)) == {0.0, 1.0} and len(np.unique(relaxed)) > 50
    again = array(latent.sample(latent(FEATURES), noise(5)))
    np.testing.assert_array_equal(again, array(a_pass(latent)["z"]))


@pytest.mark.mainly("torch")
def test_ways_are_shortest_in_each_part():
    latent = Joint([Normal(2), latents.VonMisesFisher(3)])
    a, b = np.zeros((2, 1, 5))
    a[0, :3], b[0, 0], b[0, 3] = [1.0, 2.0, 1.0], 3.0, 1.0
    way = kerae.latent_space.interpolate(a, b, 3, latent.geometry)[0]
    half = np.sqrt(0.5)
    np.testing.assert_allclose(way[1], [2.0, 1.0, half, half, 0.0], atol=1e-6)
    assert latent.geometry.distance(a, b)[0] == pytest.approx(np.sqrt(8 + (np.pi / 2) ** 2))
    beside = np.array([0.0, 5.0, 0.0, 3.0, 0.0])
    np.testing.assert_allclose(latent.geometry.onto(beside), [0, 5, 0, 1, 0], atol=1e-6)


@pytest.mark.nightly
@pytest.mark.mainly("torch")
@pytest.mark.parametrize(
    "parts",
    [
        [latents.VonMisesFisher, latents.WrappedNormal, latents.Normal],
        [latents.FlowPosterior, latents.Normal],
    ],
    ids=["curved", "flow"],
)
def test_parts_of_any_kind_make_a_model(parts):
    kerae.testing.check_part(Joint([each(3) for each in parts]))


@pytest.mark.nightly
@pytest.mark.mainly("torch")
def test_a_prior_of_the_whole_code_is_compared_with_the_draws():
    def make():
        latent, prior = Joint([Normal(2), Categorical(1, 3)]), priors.Vamp(4)
        return kerae.VAE((4, 4, 1), 5, latent=latent, prior=prior)

    kerae.testing.check_model(make)


@pytest.mark.once
def test_refuses():
    with pytest.raises(ValueError, match="draws have a density.*Deterministic"):
        Joint([Normal(2), latents.Deterministic(2)])
    with pytest.raises(ValueError, match="no gradient of the decoder.*Hamiltonian"):
        Joint([latents.HamiltonianPosterior(2)])
    with pytest.raises(ValueError, match="number of parts"):
        Joint([])
    two = Joint([Normal(2), Categorical(1, 3)])
    with pytest.raises(ValueError, match="Product.*StandardNormal.*kerae.priors.Joint"):
        kerae.Autoencoder((4,), two)
    with pytest.raises(ValueError, match="of 1 parts.*Joint of 2 parts"):
        kerae.Autoencoder((4,), two, prior=priors.Joint([priors.StandardNormal()]))
    with pytest.raises(ValueError, match="Discrete.*StandardNormal.*UniformCodes"):
        normals = [priors.StandardNormal(), priors.StandardNormal()]
        kerae.Autoencoder((4,), two, prior=priors.Joint(normals))
    with pytest.raises(ValueError, match="several parts.*Normal and StandardNormal"):
        terms = [kerae.Reconstruction(), kerae.terms.PartKL(1)]
        kerae.Autoencoder((4,), Normal(2), terms=terms)
    with pytest.raises(ValueError, match=r"one of the 2.*part=3"):
        terms = [kerae.Reconstruction(), kerae.terms.PartKL(3)]
        kerae.Autoencoder((4,), terms=terms, **_with_prior(two))


def _with_prior(latent):
    return {name: latent.tried_in()[name] for name in ("latent", "prior")}
