import numpy as np
import pytest
from scipy.linalg import sqrtm

from kerae import metrics

pytestmark = pytest.mark.once


@pytest.fixture
def sets():
    generator = np.random.default_rng(0)
    mixed = generator.normal(size=(5, 5))
    return generator.normal(size=(200, 5)), 1 + generator.normal(size=(120, 5)) @ mixed


def test_it_is_that_of_two_normals(sets):
    real, made = sets
    s, t = np.cov(real.T), np.cov(made.T)
    mean = np.sum((real.mean(axis=0) - made.mean(axis=0)) ** 2)
    expected = mean + np.trace(s + t - 2 * np.real(sqrtm(s @ t)))
    assert metrics.frechet_distance(real, made) == pytest.approx(expected, rel=1e-9)


def test_in_one_dimension_it_is_of_means_and_deviations():
    real, made = np.array([[0.0], [2.0], [7.0]]), np.array([[1.0], [5.0]])
    expected = (real.mean() - made.mean()) ** 2 + (real.std(ddof=1) - made.std(ddof=1)) ** 2
    assert metrics.frechet_distance(real, made) == pytest.approx(expected)


def test_a_set_is_at_no_distance_from_itself_and_both_are_alike(sets):
    real, made = sets
    assert metrics.frechet_distance(real, real) == pytest.approx(0, abs=1e-10)
    assert metrics.frechet_distance(real, made) == pytest.approx(
        metrics.frechet_distance(made, real)
    )


def test_fewer_examples_than_features():
    """Where SciPy's root of a singular matrix fails: rows that differ along one axis only."""
    real, made = np.zeros((3, 50)), np.zeros((4, 50))
    real[:, 0], made[:, 1] = [0, 1, 2], [0, 2, 4, 6]
    expected = 1 + 9 + 1 + np.var([0, 2, 4, 6], ddof=1)
    assert metrics.frechet_distance(real, made) == pytest.approx(expected)
    assert metrics.frechet_distance(real, real) == pytest.approx(0, abs=1e-12)
