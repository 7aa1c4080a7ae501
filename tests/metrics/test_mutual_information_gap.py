import numpy as np
import pytest

from kerae import metrics

pytestmark = pytest.mark.once


def test_the_largest_code_is_in_the_last_bin():
    """Two bins, of two codes each: the second holds both values of the factor."""
    entropy = -(0.75 * np.log(0.75) + 0.25 * np.log(0.25))
    expected = (entropy - 0.5 * np.log(2)) / entropy
    z, v = np.array([[0.0], [1.0], [2.0], [3.0]]), np.array([[0], [0], [0], [1]])
    assert metrics.mutual_information_gap(z, v, num_bins=2) == pytest.approx(expected)
