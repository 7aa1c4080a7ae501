"""The motion of codes under a metric: against formulas, brute force and derivatives."""

import numpy as np
import pytest
from jacobians import jacobians, log_determinants
from keras import ops
from scipy import stats

from kerae.ops.centroid_metric import CentroidMetric, _Place
from kerae.ops.hamiltonian import leapfrog

pytestmark = pytest.mark.mainly("torch")
GENERATOR = np.random.default_rng(0)
Z, MOMENTUM = GENERATOR.normal(size=(2, 5, 3)).astype("float32")
CENTROIDS = GENERATOR.normal(size=(4, 3)).astype("float32")
FACTORS = np.tril(GENERATOR.normal(0, 0.6, size=(4, 3, 3))).astype("float32")
STEP = ops.convert_to_tensor([0.1, 0.2, 0.15])
TENSORS = ops.convert_to_tensor(Z), ops.convert_to_tensor(MOMENTUM)
TEMPERATURE, REGULARIZATION = 1.3, 0.3


def metric(num_iterations=3, factors=FACTORS):
    return CentroidMetric(CENTROIDS, factors, TEMPERATURE, REGULARIZATION, num_iterations)


def numpy(tensor):
    return np.asarray(ops.convert_to_numpy(tensor))


def inverse(z):
    found = REGULARIZATION * np.eye(3)
    for centroid, factor in zip(CENTROIDS, FACTORS, strict=True):
        near = np.exp(-np.sum((z - centroid) ** 2) / TEMPERATURE**2)
        found = found + near * factor @ factor.T
    return found


def test_momenta_are_normal_with_the_metric_as_their_covariance():
    gamma = np.eye(3, dtype="float32")[:, None] * np.ones((5, 1), "float32")
    roots = np.swapaxes(numpy(metric().momentum(Z, gamma)), 0, 1)  # what becomes of unit vectors
    log_probs = numpy(metric().log_prob(Z, MOMENTUM))
    for z, root, momentum, log_prob in zip(Z, roots, MOMENTUM, log_probs, strict=True):
        covariance = np.linalg.inv(inverse(z))
        np.testing.assert_allclose(root.T @ root, covariance, rtol=1e-4, atol=1e-5)
        expected = stats.multivariate_normal(np.zeros(3), covariance).logpdf(momentum)
        assert log_prob == pytest.approx(expected, abs=1e-4)


def test_slopes_are_derivatives_of_the_energy():
    energy = lambda z: -metric().log_prob(z, MOMENTUM)[:, None]  # noqa: E731
    slope, by_momentum = _Place(metric(), ops.convert_to_tensor(Z)).slope(MOMENTUM)
    np.testing.assert_allclose(numpy(slope), jacobians(energy, Z)[:, 0], rtol=1e-3, atol=1e-4)
    place = _Place(metric(), ops.convert_to_tensor(Z))
    expected = jacobians(lambda momentum: place.slope(momentum)[0], MOMENTUM)
    np.testing.assert_allclose(numpy(by_momentum), expected, rtol=1e-3, atol=1e-4)


def test_velocities_are_derivatives_of_the_energy():
    energy = lambda momentum: -metric().log_prob(Z, momentum)[:, None]  # noqa: E731
    velocity, by_code = _Place(metric(), ops.convert_to_tensor(Z)).velocity(MOMENTUM)
    expected = jacobians(energy, MOMENTUM)[:, 0]
    np.testing.assert_allclose(numpy(velocity), expected, rtol=1e-3, atol=1e-4)
    expected = jacobians(lambda z: _Place(metric(), z).velocity(MOMENTUM)[0], Z)
    np.testing.assert_allclose(numpy(by_code), expected, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize(("num_iterations", "factor"), [(1, 1.0), (2, 3.0), (3, 1.0), (12, 1.0)])
def test_the_determinant_is_that_of_the_step_made(num_iterations, factor):
    kinetic = metric(num_iterations)
    drift = lambda z, momentum: kinetic.drift(z, momentum, factor * STEP)  # noqa: E731
    found = numpy(drift(*TENSORS)[2])
    np.testing.assert_allclose(found, log_determinants(drift, Z, MOMENTUM), atol=2e-5)
    if num_iterations == 12:  # at the fixed point
        np.testing.assert_allclose(found, 0, atol=2e-5)
    elif num_iterations == 1:
        assert np.abs(found).max() > 1e-3


def test_the_determinant_is_that_of_a_step_whose_ends_were_cut():
    factors, momentum = 30 * FACTORS, 3 * MOMENTUM
    drift = lambda z, momentum: metric(2, factors).drift(z, momentum, STEP)  # noqa: E731
    z, _, found = drift(*map(ops.convert_to_tensor, (Z, momentum)))
    assert np.abs(numpy(z) - Z).max() > 99
    expected = log_determinants(drift, Z, momentum)
    is_told = np.isfinite(expected) & (np.abs(expected) < 10)  # by floats
    assert is_told.any()
    np.testing.assert_allclose(numpy(found)[is_told], expected[is_told], atol=0.01)


def test_at_the_fixed_point_it_runs_back():
    kinetic = metric(12)
    z, momentum, _ = kinetic.drift(*TENSORS, STEP)
    assert np.abs(numpy(z) - Z).mean() > 0.05
    again, back, _ = kinetic.drift(z, -momentum, STEP)
    np.testing.assert_allclose(numpy(again), Z, atol=1e-5)
    np.testing.assert_allclose(-numpy(back), MOMENTUM, atol=1e-5)


def test_the_error_of_the_energy_falls_with_the_square_of_the_step():
    errors, kinetic = [], metric(12)
    energy = lambda z, rho: 0.5 * numpy(ops.sum(z * z, -1) - 2 * kinetic.log_prob(z, rho))  # noqa: E731
    for count in (4, 8):
        ones = [ops.ones(())] * count
        end = leapfrog(*TENSORS, lambda z: z, kinetic, 1.0 / count, ones)[:2]
        errors.append(np.abs(energy(*end) - energy(Z, MOMENTUM)).mean())
    assert errors[0] / errors[1] == pytest.approx(4, rel=0.2)
    assert errors[1] < 0.02


def test_without_factors_space_is_flat():
    z, momentum, log_det = metric(factors=0 * FACTORS).drift(*TENSORS, STEP)
    np.testing.assert_allclose(numpy(z), Z + REGULARIZATION * numpy(STEP) * MOMENTUM, rtol=1e-5)
    np.testing.assert_allclose(numpy(momentum), MOMENTUM, rtol=1e-6)
    np.testing.assert_allclose(numpy(log_det), 0, atol=1e-6)
