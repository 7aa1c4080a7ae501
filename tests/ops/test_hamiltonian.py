"""Leapfrog steps: what they keep, and how far from the exact motion they are."""

import numpy as np
import pytest
from jacobians import log_determinants
from keras import ops

from kerae.ops.hamiltonian import REACH, Flat, leapfrog

pytestmark = pytest.mark.mainly("torch")
GENERATOR = np.random.default_rng(0)
Z, MOMENTUM = GENERATOR.normal(size=(2, 5, 3)).astype("float32")
STEP = np.array([0.1, 0.2, 0.15], "float32")
A = np.array([[2.0, 0.5, 0.0], [0.5, 1.0, 0.3], [0.0, 0.3, 1.5]], "float32")
ONES = [ops.ones(())] * 4


def numpy(tensor):
    return np.asarray(ops.convert_to_numpy(tensor))


def energy(z, momentum):
    """Of the potential z^T A z / 2 + sum of cos(2 z)."""
    potential = 0.5 * np.sum(z @ A * z, axis=-1) + np.cos(2 * z).sum(axis=-1)
    return potential + 0.5 * np.sum(momentum**2, axis=-1)


def slope(z):
    return ops.matmul(z, A) - 2.0 * ops.sin(2.0 * z)


def moved(z=Z, momentum=MOMENTUM, slope=slope, step=STEP, factors=ONES):
    z, momentum, step = map(ops.convert_to_tensor, (z, momentum, step))
    return leapfrog(z, momentum, slope, Flat(), step, factors)


def test_a_step_is_that_of_the_formula():
    z, momentum, log_det = moved(factors=[ops.convert_to_tensor(0.7)])
    halfway = MOMENTUM - STEP / 2 * (Z @ A - 2 * np.sin(2 * Z))
    expected = Z + STEP * halfway
    np.testing.assert_allclose(numpy(z), expected, rtol=1e-5)
    after = 0.7 * (halfway - STEP / 2 * (expected @ A - 2 * np.sin(2 * expected)))
    np.testing.assert_allclose(numpy(momentum), after, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(numpy(log_det), 3 * np.log(0.7), rtol=1e-6)


def test_with_the_momentum_turned_around_it_runs_back():
    z, momentum, _ = moved()
    assert np.abs(numpy(z) - Z).mean() > 0.1
    again, back, _ = moved(z, -momentum)
    np.testing.assert_allclose(numpy(again), Z, atol=1e-5)
    np.testing.assert_allclose(-numpy(back), MOMENTUM, atol=1e-5)


@pytest.mark.parametrize("factors", [(1.0, 1.0, 1.0), (0.9, 0.8, 0.5)])
def test_volumes_change_by_the_factors_alone(factors):
    tensors = [ops.convert_to_tensor(factor) for factor in factors]
    found = log_determinants(lambda *p: moved(*p, factors=tensors), Z, MOMENTUM)
    np.testing.assert_allclose(found, 3 * np.log(np.prod(factors)), atol=1e-5)
    np.testing.assert_allclose(numpy(moved(factors=tensors)[2]), found, atol=1e-5)


def test_the_error_of_the_energy_falls_with_the_square_of_the_step():
    errors = []
    for count in (8, 16):
        step = np.full(3, 0.8 / count, "float32")
        z, momentum, _ = moved(step=step, factors=[ops.ones(())] * count)
        errors.append(np.abs(energy(numpy(z), numpy(momentum)) - energy(Z, MOMENTUM)).mean())
    assert errors[0] / errors[1] == pytest.approx(4, rel=0.15)
    assert errors[1] < 0.02


def test_the_steepest_slope_leads_nowhere_out_of_the_floats():
    def steep(z):
        return 1e30 * z**3

    z, _, _ = moved(slope=steep)
    assert np.isfinite(numpy(z)).all() and np.abs(numpy(z)).max() < 10 * REACH
    found = log_determinants(lambda *p: moved(*p, slope=steep), Z, MOMENTUM)
    np.testing.assert_allclose(found, 0, atol=1e-5)


def test_momenta_have_the_density_of_a_standard_normal():
    expected = -0.5 * np.sum(MOMENTUM**2, axis=-1) - 1.5 * np.log(2 * np.pi)
    np.testing.assert_allclose(numpy(Flat().log_prob(Z, MOMENTUM)), expected, rtol=1e-5)
