"""Shortest ways under a learned metric, against the equation of geodesics."""

import numpy as np
import pytest
from scipy import integrate, optimize

from kerae.geometry import CentroidManifold, Euclidean

pytestmark = pytest.mark.once
GENERATOR = np.random.default_rng(0)
CENTROIDS = GENERATOR.normal(size=(4, 2))
FACTORS = np.tril(GENERATOR.normal(0, 1, size=(4, 2, 2)))
T = np.linspace(0, 1, 9)[None, :, None]


def manifold(factors=FACTORS):
    return CentroidManifold(CENTROIDS, factors, 1.2, 0.3)


def inverse(z):
    found = 0.3 * np.eye(2)
    for centroid, factor in zip(CENTROIDS, FACTORS, strict=True):
        found = found + np.exp(-np.sum((z - centroid) ** 2) / 1.2**2) * factor @ factor.T
    return found


def geodesic(start, momentum):
    """Where the motion without a slope, dz = G^-1 rho, ends after a time of 1, and on the way."""

    def motion(_, state):
        z, rho = state[:2], state[2:]
        step = 1e-5 * np.eye(2)
        energy = [0.5 * rho @ (inverse(z + e) - inverse(z - e)) @ rho / 2e-5 for e in step]
        return np.concatenate([inverse(z) @ rho, -np.array(energy)])

    times = np.linspace(0, 1, 9)
    state = np.concatenate([start, momentum])
    return integrate.solve_ivp(motion, (0, 1), state, t_eval=times, rtol=1e-8).y[:2].T


def test_the_metric_is_symmetric_positive_definite_and_that_of_the_formula():
    z = GENERATOR.normal(size=(6, 2))
    found = manifold().metric(z)
    np.testing.assert_allclose(found, [np.linalg.inv(inverse(each)) for each in z], rtol=1e-9)
    np.testing.assert_allclose(found, found.swapaxes(1, 2))
    assert (np.linalg.eigvalsh(found) > 0).all()


def test_without_factors_ways_are_straight():
    a, b = GENERATOR.normal(size=(2, 3, 1, 2))
    flat = manifold(0 * FACTORS)
    np.testing.assert_allclose(flat.path(a, b, T), Euclidean().path(a, b, T), atol=1e-6)
    expected = Euclidean().distance(a, b) / np.sqrt(0.3)
    np.testing.assert_allclose(flat.distance(a, b), expected, rtol=1e-6)


@pytest.mark.parametrize("momentum", [[1.5, 0.5], [-1.0, 2.0], [0.3, -1.5]])
def test_ways_are_solutions_of_the_equation_of_geodesics(momentum):
    expected = geodesic(CENTROIDS[0], np.array(momentum))
    a, b = expected[:1], expected[-1:]
    assert np.abs(expected - (1 - T[0]) * a - T[0] * b).max() > 0.02
    np.testing.assert_allclose(manifold().path(a, b, T)[0], expected, atol=5e-3)
    length = np.sqrt(momentum @ inverse(CENTROIDS[0]) @ momentum)  # its speed, which it keeps
    assert manifold().distance(a, b)[0] == pytest.approx(length, rel=2e-3)


def test_ways_are_no_longer_than_the_straight_line_have_its_ends_and_a_constant_speed():
    a, b = 2 * GENERATOR.normal(size=(2, 5, 1, 2))
    z = manifold().path(a, b, np.linspace(0, 1, 201)[None, :, None])
    np.testing.assert_allclose(z[:, [0]], a)
    np.testing.assert_allclose(z[:, [-1]], b)

    def lengths(points):
        piece, middle = np.diff(points, axis=1), 0.5 * (points[:, 1:] + points[:, :-1])
        return np.sqrt(np.einsum("nsi,nsij,nsj->ns", piece, manifold().metric(middle), piece))

    straight = lengths(Euclidean().path(a, b, np.linspace(0, 1, 201)[None, :, None])).sum(axis=1)
    along = lengths(z)
    assert (along.sum(axis=1) < straight).all()
    np.testing.assert_allclose(manifold().distance(a, b)[:, 0], along.sum(axis=1), rtol=5e-3)
    np.testing.assert_allclose(along.sum(axis=1) / 200, along.mean(axis=1))
    assert (along.std(axis=1) < 0.05 * along.mean(axis=1)).all()


def test_the_gradient_of_the_energy_is_that_of_differences():
    curve = GENERATOR.normal(size=(33, 2))

    def energy(inner):
        return manifold()._energy(np.concatenate([curve[:1], inner.reshape(-1, 2), curve[-1:]]))[0]

    expected = optimize.approx_fprime(curve[1:-1].ravel(), energy, 1e-7)
    np.testing.assert_allclose(manifold()._energy(curve)[1].ravel(), expected, rtol=1e-3, atol=0.01)
