import numpy as np
import pytest
from scipy.optimize import minimize

from kerae.data import Activations, activation_statistics

pytestmark = pytest.mark.once

X = (np.random.default_rng(0).normal(size=(500, 5)) ** 3 + 3).astype("float32")


def test_are_those_of_numpy_and_scipy(tmp_path):
    np.save(tmp_path / "x.npy", X)
    x = X.astype("float64")
    for given in (X, Activations(tmp_path, batch_size=77)):
        statistics = activation_statistics(given)
        np.testing.assert_allclose(statistics.mean, x.mean(axis=0))
        np.testing.assert_allclose(statistics.deviation, x.std(axis=0))
        np.testing.assert_allclose(statistics.mean_norm, np.linalg.norm(x, axis=1).mean())
        gamma = np.linalg.norm(x.mean(axis=0)) / np.sqrt(x.var(axis=0).sum())
        np.testing.assert_allclose(statistics.gamma, gamma)
        least = minimize(lambda m: np.linalg.norm(x - m, axis=1).sum(), x.mean(axis=0), tol=1e-9)
        np.testing.assert_allclose(statistics.median, least.x, atol=1e-4)
        assert statistics.median_rows == 500


def test_a_small_deviation_far_from_zero_is_kept():
    x = 1e4 + np.random.default_rng(0).normal(0, 1e-2, (10_000, 2))
    statistics = activation_statistics(x)
    np.testing.assert_allclose(statistics.deviation, x.std(axis=0), rtol=1e-6)


def test_the_median_may_lie_at_rows():
    x = np.array([[0, 0]] * 6 + [[1, 0], [0, 1], [-3, -3]], "float32")
    np.testing.assert_allclose(activation_statistics(x).median, 0, atol=1e-6)
    around = np.array([[0, 0]] * 3 + [[1, 0], [-1, 0]], "float32")  # where their mean is
    np.testing.assert_array_equal(activation_statistics(around).median, 0)


def test_the_median_of_many_rows_is_that_of_some():
    x = np.random.default_rng(0).normal(1.0, 1.0, (20_000, 3)).astype("float32")
    statistics = activation_statistics(x, median_rows=5_000)
    assert statistics.median_rows == 5_000
    np.testing.assert_allclose(statistics.median, 1, atol=0.1)  # some 6 standard errors


def test_refuses_other_arrays():
    with pytest.raises(ValueError, match="finite"):
        activation_statistics(np.array([[1.0, np.nan]]))
    with pytest.raises(ValueError, match=r"\(n, features\)"):
        activation_statistics(X[0])
