import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from kerae import metrics

pytestmark = pytest.mark.once


def test_by_hand():
    # In order of distance, the neighbors of examples 0 to 4 are
    #   codes    1234  0234  1034  2104  3210
    #   points   1324  0324  3104  1024  2310
    z = np.array([[0.0], [1.0], [3.0], [7.0], [15.0]])
    points = np.array([[0.0], [1.0], [7.0], [3.0], [15.0]])
    kept = metrics.neighborhood_preservation(z, points)
    assert kept == pytest.approx([2 / 5, 6 / 10, 15 / 15, 1])


def test_as_counted_from_scikit_learns_neighbors():
    generator = np.random.default_rng(0)
    z, points = generator.normal(size=(40, 5)), generator.normal(size=(40, 2))
    points += z[:, :2]
    kept = metrics.neighborhood_preservation(z, points)
    assert kept.shape == (39,)
    for k in (1, 2, 10, 39):
        near = [NearestNeighbors(n_neighbors=k).fit(each).kneighbors()[1] for each in (z, points)]
        common = [len(set(a) & set(b)) for a, b in zip(*near)]
        assert kept[k - 1] == pytest.approx(np.mean(common) / k)


def test_of_equal_distances_the_earlier_is_nearer():
    # Neighbors of equal codes: 12 02 01; of points at 0, 1 and 3: 12 02 10.
    kept = metrics.neighborhood_preservation(np.zeros((3, 1)), np.array([[0.0], [1.0], [3.0]]))
    assert kept == pytest.approx([2 / 3, 1])


def test_the_scale_of_the_picture_does_not_matter():
    z = np.random.default_rng(0).normal(size=(20, 2))
    assert (metrics.neighborhood_preservation(z, 100 * z) == 1).all()


@pytest.mark.parametrize("counts", [(2, 2), (4, 3)])
def test_a_point_for_each_of_three_codes_is_needed(counts):
    z, points = (np.arange(count)[:, None] for count in counts)
    with pytest.raises(ValueError, match="Received: {} codes and {} points".format(*counts)):
        metrics.neighborhood_preservation(z, points)
