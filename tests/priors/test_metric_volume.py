"""Codes drawn in proportion to a volume, against densities that are known and integrals."""

import numpy as np
import pytest
from keras import ops
from numbered_noise import noise
from scipy import stats

import kerae
from kerae import priors
from kerae.ops.centroid_metric import CentroidMetric
from kerae.priors.metric_volume import _Chains

pytestmark = pytest.mark.mainly("torch")


def chains(centroids, factors, temperature=1.5, regularization=1e-9, chain=(40, 3, 0.6)):
    given = (np.asarray(each, "float32") for each in (centroids, factors))
    metric = CentroidMetric(*given, temperature, regularization, 1)
    return _Chains(metric, priors.MetricVolume(*chain))


def numpy(tensor):
    return np.asarray(ops.convert_to_numpy(tensor))


@pytest.mark.parametrize("d", [1, 3])
def test_of_one_centroid_it_is_a_normal(d):
    """As sqrt |a^2 exp(-r^2 / T^2) I| is a^d exp(-d r^2 / (2 T^2))."""
    z = numpy(chains(np.full((1, d), 5.0), 0.7 * np.eye(d)[None]).sample(noise(800)))
    assert stats.kstest((z - 5).ravel(), stats.norm(0, 1.5 / np.sqrt(d)).cdf).pvalue > 0.01


def test_of_several_it_is_what_the_integral_says():
    centroids, factors = [[-1.5], [0.0], [2.0]], [[[1.0]], [[0.3]], [[2.0]]]
    sampled = chains(centroids, factors, temperature=1.0, chain=(60, 4, 0.5))
    z = numpy(sampled.sample(noise(1500)))[:, 0]
    grid = np.linspace(-6, 6, 4001)
    weights = np.exp(-((grid[:, None] - np.ravel(centroids)) ** 2))
    density = np.sqrt(weights @ np.ravel(factors) ** 2)
    known = np.cumsum(density) / density.sum()
    assert stats.kstest(z, lambda x: np.interp(x, grid, known)).pvalue > 0.01


def test_steps_that_are_too_long_are_left():
    sampled = chains(np.zeros((1, 1)), np.ones((1, 1, 1)), chain=(60, 1, 2.4))
    z = numpy(sampled.sample(noise(800)))
    assert stats.kstest(z.ravel(), stats.norm(0, 1.5).cdf).pvalue > 0.01
    sampled = chains(np.zeros((1, 2)), np.eye(2)[None], chain=(5, 1, 1e4))
    np.testing.assert_array_equal(numpy(sampled.sample(noise(20))), 0)


def test_the_slope_is_the_derivative_of_the_volume():
    generator = np.random.default_rng(0)
    factors = np.tril(generator.normal(size=(4, 3, 3)))
    metric = chains(generator.normal(size=(4, 3)), factors, regularization=0.1).metric
    geometry = kerae.geometry.CentroidManifold(numpy(metric.centroids), factors, 1.5, 0.1)
    z = generator.normal(size=(5, 3))
    log_volume, slope = map(numpy, metric.log_inverse_volume(z.astype("float32")))

    def expected(z):
        return -0.5 * np.linalg.slogdet(geometry.metric(z))[1]

    np.testing.assert_allclose(log_volume, expected(z), rtol=1e-4, atol=1e-5)
    for axis, step in enumerate(1e-5 * np.eye(3)):
        numeric = (expected(z + step) - expected(z - step)) / 2e-5
        np.testing.assert_allclose(slope[:, axis], numeric, rtol=1e-3, atol=1e-4)


def test_a_model_is_scored_under_the_standard_normal_and_draws_near_centroids():
    model = kerae.RHVAE((4,), 2, num_centroids=3, temperature=0.3)
    model.latent.centroids.assign([[5.0, 0.0], [-5.0, 0.0], [0.0, 5.0]])
    prior = priors.MetricVolume(num_proposals=5, num_leapfrog=2)
    z = numpy(model.drawn_from_prior(noise(300), prior=prior))
    near = np.linalg.norm(z[:, None] - numpy(model.latent.centroids), axis=2)
    assert (near.min(axis=1) < 2).all()
    assert stats.chisquare(np.bincount(near.argmin(axis=1))).pvalue > 0.01
    x = np.random.default_rng(0).random((4, 4), dtype="float32")
    under, alone = model.with_prior(prior), model.with_prior(priors.StandardNormal())
    np.testing.assert_array_equal(under.score(x)["kl"], alone.score(x)["kl"])
    with pytest.raises(ValueError, match="MetricVolume has no classes"):
        prior.given(model, {}).sample(noise(3), labels=[0, 1, 0])


@pytest.mark.once
@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: priors.MetricVolume(0), "`num_proposals` of at least 1"),
        (lambda: priors.MetricVolume(step_size=0.0), "`step_size` to be positive"),
        (lambda: kerae.VAE((4,), 2, prior=priors.MetricVolume()), "metric of centroids.*RHVAE"),
    ],
)
def test_refuses(make, message):
    with pytest.raises(ValueError, match=message):
        make()
