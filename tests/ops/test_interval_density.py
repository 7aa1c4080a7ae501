"""Normalizers, means, quantiles and their gradients, against SciPy."""

import keras
import numpy as np
import pytest
from gradients import gradient
from keras import ops
from scipy import stats

from kerae.ops.interval_density import IntervalDensity

MEAN, SCALE = np.float32([[0.3], [-1.0]]), np.float32([[0.5], [2.0]])
PROBABILITIES = np.float32([[1e-5, 0.01, 0.3, 0.5, 0.9, 0.999]] * 2)


def normal(mean, scale=SCALE):
    """Up to a factor of exp(50), which no float32 holds twice."""
    low, high = MEAN - 8 * SCALE, MEAN + 8 * SCALE
    mean, scale, low, high = map(ops.convert_to_tensor, (mean, scale, low, high))
    return IntervalDensity(lambda t: 50.0 - 0.5 * ops.square((t - mean) / scale), low, high)


def test_the_normalizer_and_means_are_those_of_the_density():
    density = normal(MEAN)
    expected = 50.0 + np.log(SCALE * np.sqrt(2 * np.pi))
    np.testing.assert_allclose(density.log_normalizer, expected, rtol=1e-6)
    np.testing.assert_allclose(density.mean(density.points), MEAN, atol=1e-5)


def test_quantiles_are_those_of_the_density():
    found = normal(MEAN).quantile(ops.convert_to_tensor(PROBABILITIES))
    np.testing.assert_allclose(found, stats.norm(MEAN, SCALE).ppf(PROBABILITIES), atol=2e-3)
    middle = ops.convert_to_numpy(found)[:, 1:5]
    exact = stats.norm(MEAN, SCALE).ppf(PROBABILITIES[:, 1:5])
    np.testing.assert_allclose(middle, exact, atol=1e-4)


def test_ends_where_the_density_is_not_zero_count_in_full():
    low, high = (ops.convert_to_tensor(np.float32([[end]])) for end in (0.0, 2.0))
    density = IntervalDensity(lambda t: t, low, high)
    p = np.float32([[0.0, 0.1, 0.5, 1.0]])
    exact = np.log1p(p * np.expm1(2.0))
    np.testing.assert_allclose(density.quantile(ops.convert_to_tensor(p)), exact, atol=1e-5)
    assert float(density.log_normalizer[0, 0]) == pytest.approx(np.log(np.expm1(2.0)), rel=1e-6)


def test_quantiles_move_with_the_parameters():
    p = ops.convert_to_tensor(PROBABILITIES)
    of_mean = gradient(lambda mean: ops.sum(normal(mean).quantile(p)[:, 1:]), MEAN)
    np.testing.assert_allclose(of_mean, [[5.0], [5.0]], rtol=1e-3)
    of_scale = gradient(lambda scale: ops.sum(normal(MEAN, scale).quantile(p)[:, 1:]), SCALE)
    expected = stats.norm.ppf(PROBABILITIES[:, 1:]).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(of_scale, expected, rtol=2e-3)


def test_a_value_of_no_probability_has_a_finite_gradient():
    zero = ops.zeros((2, 1), keras.backend.floatx())
    found = gradient(lambda mean: ops.sum(normal(mean).quantile(zero)), MEAN)
    assert np.isfinite(found).all()
