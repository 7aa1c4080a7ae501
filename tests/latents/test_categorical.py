"""Categorical variables: what is drawn, how it is relaxed, and what it costs."""

from itertools import product

import numpy as np
import pytest
from gradients import gradient
from keras import ops
from numbered_noise import noise
from scipy.special import log_softmax, softmax

import kerae
from kerae.latents import Categorical
from kerae.priors.uniform_codes import OfCodes
from kerae.schedules import Linear

LOGITS = np.array([[[2.0, 0.0, -1.0], [-3.0, 1.0, 1.5]]], "float32")
LOG_P = log_softmax(LOGITS.astype("float64"), axis=-1)


def array(tensor):
    return ops.convert_to_numpy(tensor)


def posterior(count=1, log_p=LOG_P):
    repeated = np.repeat(log_p, count, axis=0)
    return {"log_probabilities": ops.convert_to_tensor(repeated.astype("float32"))}


def gumbel(latent, count, num_samples):
    """What is added to log pi, recomputed from the same uniform draws in double precision."""
    shape = (num_samples, latent.num_variables, latent.num_categories)
    return -np.log(-np.log(array(noise(count).uniform(shape)).astype("float64")))


def drawn(latent, count, num_samples=1, training=True, step=0, log_p=LOG_P):
    outputs = {
        "posterior": posterior(count, log_p),
        "noise": noise(count),
        "step": ops.convert_to_tensor(step),
        "training": training,
    }
    z = array(latent.draw(None, outputs, num_samples)["z"])
    return z.reshape(count, num_samples, latent.num_variables, latent.num_categories)


@pytest.mark.mainly("torch")
def test_what_is_added_has_the_moments_of_a_gumbel_distribution():
    latent = Categorical(2, 3)
    found = array(latent._perturbed(posterior(500), noise(500), 20)) - LOG_P
    np.testing.assert_allclose(found, gumbel(latent, 500, 20), rtol=1e-3, atol=1e-4)
    n, variance = found.size, np.pi**2 / 6
    assert abs(found.mean() - np.euler_gamma) < 4 * np.sqrt(variance / n)
    # Of kurtosis 12/5 above that of a normal.
    assert abs(found.var() - variance) < 4 * variance * np.sqrt((2 + 12 / 5) / n)


def test_codes_outside_of_training_are_one_hot_draws_of_the_posterior():
    latent = Categorical(2, 3)
    z = drawn(latent, 500, 20, training=False)
    assert set(np.unique(z)) == {0.0, 1.0} and (z.sum(axis=-1) == 1).all()
    p = np.exp(LOG_P[0])
    deviation = np.abs(z.mean(axis=(0, 1)) - p) / np.sqrt(p * (1 - p) / 10_000)
    assert deviation.max() < 4
    # Independent variables: each pair of categories as often as the product says.
    pairs = np.einsum("nsa,nsb->ab", z[:, :, 0], z[:, :, 1]) / 10_000
    expected = np.outer(*p)
    assert (np.abs(pairs - expected) < 4 * np.sqrt(expected * (1 - expected) / 10_000)).all()


@pytest.mark.parametrize("straight_through", [False, True])
def test_codes_of_training_are_relaxed_at_the_temperature_of_the_step(straight_through):
    latent = Categorical(2, 3, Linear(2.0, 0.5, 10), straight_through)
    relaxed = softmax((LOG_P + gumbel(latent, 4, 5)) / 1.25, axis=-1)
    expected = relaxed
    if straight_through:
        expected = np.eye(3)[relaxed.argmax(axis=-1)]
    np.testing.assert_allclose(drawn(latent, 4, 5, step=5), expected, rtol=1e-3, atol=1e-5)
    cold = Categorical(2, 3, 0.1)
    for step in (0, 10):  # of discrete codes there is no temperature
        z = drawn(latent, 4, 5, training=False, step=step)
        np.testing.assert_array_equal(z, drawn(cold, 4, 5, training=False))


@pytest.mark.parametrize("straight_through", [False, True])
def test_the_gradient_is_that_of_the_relaxed_code(straight_through):
    latent = Categorical(2, 3, 0.7, straight_through)
    upstream = np.random.default_rng(0).normal(size=(4, 1, 6)).astype("float32")

    def value(log_p):
        outputs = {
            "posterior": {"log_probabilities": log_p},
            "noise": noise(4),
            "step": ops.convert_to_tensor(0),
            "training": True,
        }
        return ops.sum(latent.draw(None, outputs)["z"] * ops.convert_to_tensor(upstream))

    found = gradient(value, np.repeat(LOG_P, 4, axis=0).astype("float32"))
    y = softmax((LOG_P + gumbel(latent, 4, 1)[:, 0]) / 0.7, axis=-1)
    u = upstream.reshape(4, 2, 3)
    expected = y * (u - (u * y).sum(axis=-1, keepdims=True)) / 0.7
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-4)


def every_code(num_variables, num_categories):
    for categories in product(range(num_categories), repeat=num_variables):
        yield categories, np.eye(num_categories)[list(categories)].ravel()


def test_the_kl_and_the_densities_are_those_of_all_codes_one_by_one():
    latent = Categorical(2, 3)
    # And of probabilities of which one is 0 for a float.
    sharp = log_softmax(np.array([[[0.0, 300.0, 0.0], [1.0, 2.0, 3.0]]]), axis=-1)
    for log_p in (LOG_P, sharp):
        prior = OfCodes(latent)
        found = array(latent.kl_divergence({"posterior": posterior(1, log_p), "prior": prior}))
        kl = 0.0
        for categories, code in every_code(2, 3):
            log_q = log_p[0, [0, 1], categories].sum()
            z = ops.convert_to_tensor(code.reshape(1, 1, 6).astype("float32"))
            log_prob = array(latent.log_prob(posterior(1, log_p), z))
            np.testing.assert_allclose(log_prob, [[log_q]], rtol=1e-5)
            np.testing.assert_allclose(array(prior.log_prob(z)), [[-np.log(9)]], rtol=1e-6)
            kl += np.exp(log_q) * (log_q + np.log(9))
        assert found.shape == (1, 2)
        assert found.sum() == pytest.approx(kl, rel=1e-5)


def test_the_deterministic_code_marks_the_likeliest_categories():
    mode = array(Categorical(2, 3).mode(posterior()))
    np.testing.assert_array_equal(mode, [[1, 0, 0, 0, 0, 1]])


@pytest.mark.mainly("torch")
def test_the_numbers_of_categories_are_those_of_codes():
    latent = Categorical(2, 3)
    numbers, codes = zip(*every_code(2, 3), strict=True)
    np.testing.assert_array_equal(array(latent.codes_of(np.array(numbers))), codes)
    assert [list(each) for each in latent.categorical_variables] == [[0, 1, 2], [3, 4, 5]]


@pytest.mark.once
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"num_variables": 0}, "`num_variables` of at least 1"),
        ({"num_categories": 1}, "`num_categories` of at least 2"),
        ({"temperature": 0.0}, "temperature=0.0"),
        ({"temperature": Linear(1.0, 0.0, 10)}, "temperature=0.0"),
        ({"temperature": kerae.schedules.Adjustable(-1.0)}, "temperature=-1.0"),
        ({"num_samples": 0}, "`num_samples` of at least 1"),
    ],
    ids=str,
)
def test_refuses(arguments, message):
    with pytest.raises(ValueError, match=message):
        Categorical(**{"num_variables": 2, "num_categories": 3} | arguments)
