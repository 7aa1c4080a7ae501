import math

import numpy as np
import pytest

from kerae import metrics

pytestmark = pytest.mark.once


def test_by_hand():
    # Distances 1, 3, 2 of the codes, and 3, 4, 1 in the picture, of ranks 2, 3, 1.
    z, points = np.array([[0.0], [1.0], [3.0]]), np.array([[0.0], [3.0], [4.0]])
    expected = 1 - 6 * (1 + 0 + 1) / (3 * (9 - 1))
    assert metrics.shepard_correlation(z, points) == pytest.approx(expected)


def test_only_the_order_of_distances_matters():
    z = np.array([[0.0], [1.0], [3.0], [7.0]])
    assert metrics.shepard_correlation(z, 5 * z) == pytest.approx(1)
    assert metrics.shepard_correlation(z, np.exp(z)) > 0.8


def test_it_is_nan_for_equal_distances_and_refuses_other_lengths():
    z = np.array([[0.0], [1.0], [3.0]])
    assert math.isnan(metrics.shepard_correlation(z, np.zeros((3, 2))))
    with pytest.raises(ValueError, match="Received: 3 codes and 2 points"):
        metrics.shepard_correlation(z, z[:2])
