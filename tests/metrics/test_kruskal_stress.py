import math

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.spatial.distance import pdist

from kerae import metrics

pytestmark = pytest.mark.once


def test_by_hand():
    # Distances of the codes 1, 3, 2, in the picture 1, 1, 0: the best scale is 4 / 14, which
    # leaves 5/7, 1/7 and -4/7.
    z, points = np.array([[0.0], [1.0], [3.0]]), np.array([[0.0], [1.0], [1.0]])
    expected = math.sqrt((25 + 1 + 16) / 49 / 2)
    assert metrics.kruskal_stress(z, points) == pytest.approx(expected)
    assert metrics.kruskal_stress(z, 1000 * points) == pytest.approx(expected)


def test_the_scale_is_the_best_one():
    generator = np.random.default_rng(0)
    z, points = generator.normal(size=(30, 4)), 5 * generator.normal(size=(30, 2))
    delta, d = pdist(z), pdist(points)
    stress = lambda scale: math.sqrt(np.sum((d - scale * delta) ** 2) / np.sum(d**2))  # noqa: E731
    best = minimize_scalar(stress, bounds=(0, 100), method="bounded")
    assert metrics.kruskal_stress(z, points) == pytest.approx(best.fun, rel=1e-6)
    assert stress(1.0) > 1.2 * best.fun


def test_it_is_nan_without_distances_and_refuses_other_lengths():
    z = np.array([[0.0], [1.0], [3.0]])
    assert math.isnan(metrics.kruskal_stress(z, np.zeros((3, 2))))
    assert math.isnan(metrics.kruskal_stress(np.zeros((3, 2)), z))
    with pytest.raises(ValueError, match="Received: 3 codes and 2 points"):
        metrics.kruskal_stress(z, z[:2])
