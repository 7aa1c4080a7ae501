import numpy as np
import pytest
from scipy.spatial.distance import cdist

from kerae import metrics

pytestmark = pytest.mark.once


def test_by_hand():
    z = np.array([[0.0], [1.0], [5.0], [5.5]])
    assert metrics.neighbor_distance(z, 1).tolist() == [1.0, 1.0, 0.5, 0.5]
    assert metrics.neighbor_distance(z, 2).tolist() == [5.0, 4.0, 4.0, 4.5]


def test_as_sorted_from_scipys_distances():
    z = np.random.default_rng(0).normal(size=(50, 16))
    expected = np.sort(cdist(z, z), axis=1)[:, 10]  # the first is the code itself
    assert metrics.neighbor_distance(z) == pytest.approx(expected)


def test_equal_codes_are_neighbors_of_each_other():
    assert metrics.neighbor_distance(np.zeros((3, 2)), 2).tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("num_neighbors", [0, 3])
def test_as_many_neighbors_as_codes_are_refused(num_neighbors):
    with pytest.raises(ValueError, match=f"`num_neighbors` .*Received: .*{num_neighbors}"):
        metrics.neighbor_distance(np.zeros((3, 2)), num_neighbors)
