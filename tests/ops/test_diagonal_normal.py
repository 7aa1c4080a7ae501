"""Normals of independent elements, against SciPy and sums over a grid."""

import numpy as np
import pytest
from keras import ops
from scipy import integrate, stats

from kerae.ops.diagonal_normal import DiagonalNormal

pytestmark = pytest.mark.mainly("torch")
GENERATOR = np.random.default_rng(0)
SHAPE = (4, 2, 3)


def normal():
    return of_arrays(*GENERATOR.normal(size=(2, *SHAPE)))


def of_arrays(*arrays):
    return DiagonalNormal(*(ops.convert_to_tensor(each, "float32") for each in arrays))


def of_scipy(normal):
    mean, log_variance = (ops.convert_to_numpy(each).astype("float64") for each in normal)
    return stats.norm(mean, np.exp(0.5 * log_variance))


P, Q = normal(), normal()


def test_the_density_is_that_of_scipy():
    z = GENERATOR.normal(size=SHAPE).astype("float32")
    expected = of_scipy(P).logpdf(z).sum(axis=(1, 2))
    np.testing.assert_allclose(
        ops.convert_to_numpy(P.log_prob(ops.convert_to_tensor(z))), expected, rtol=1e-5
    )


def test_noise_becomes_a_draw_of_its_mean_and_deviation():
    for noise in (0.0, 1.0, -2.0):
        found = ops.convert_to_numpy(P.made_of(ops.full(SHAPE, noise)))
        np.testing.assert_allclose(found, of_scipy(P).ppf(stats.norm.cdf(noise)), atol=1e-5)


@pytest.mark.slow
def test_the_kl_is_that_of_an_integral():
    expected = np.zeros(SHAPE)
    for place in np.ndindex(SHAPE):
        p, q = (stats.norm(each.mean()[place], each.std()[place]) for each in map(of_scipy, (P, Q)))
        bounds = p.mean() - 12 * p.std(), p.mean() + 12 * p.std()
        integrand = lambda z, p=p, q=q: p.pdf(z) * (p.logpdf(z) - q.logpdf(z))  # noqa: E731
        expected[place] = integrate.quad(integrand, *bounds)[0]
    found = ops.convert_to_numpy(P.kl_from(Q))
    np.testing.assert_allclose(found, expected.sum(axis=(1, 2)), rtol=1e-5)


@pytest.mark.slow
def test_the_product_is_that_of_the_densities_on_a_grid():
    grid = np.linspace(-30, 30, 200_001)[:, None]
    p, q = (
        stats.norm(*(part.reshape(1, -1) for part in (each.mean(), each.std())))
        for each in map(of_scipy, (P, Q))
    )
    weights = p.pdf(grid) * q.pdf(grid)
    weights /= weights.sum(axis=0)
    mean = (weights * grid).sum(axis=0)
    variance = (weights * (grid - mean) ** 2).sum(axis=0)
    found = P.times(Q)
    np.testing.assert_allclose(np.ravel(of_scipy(found).mean()), mean, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(np.ravel(of_scipy(found).var()), variance, rtol=1e-4)


def test_the_product_with_what_says_nothing_is_the_other():
    vague = of_arrays(np.full(SHAPE, 3.0), np.full(SHAPE, 20.0))
    for found in map(of_scipy, (P.times(vague), vague.times(P))):
        np.testing.assert_allclose(found.mean(), of_scipy(P).mean(), atol=1e-6)
        np.testing.assert_allclose(found.var(), of_scipy(P).var(), rtol=1e-6)
