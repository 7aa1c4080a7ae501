import numpy as np
import pytest

from kerae import metrics

pytestmark = pytest.mark.once


def test_the_most_frequent_class_of_each_cluster_counts():
    labels = ["a", "a", "a", "b", "b", "c", "c", "c", "c"]
    clusters = [7, 7, 7, 7, 2, 2, 2, 5, 5]  # 3 of 4 are a, 2 of 3 are c, 2 of 2 are c
    assert metrics.purity(np.array(labels), clusters) == pytest.approx(7 / 9)
    assert metrics.cluster_accuracy(np.array(labels), clusters) == pytest.approx(6 / 9)


def test_a_cluster_for_each_example_is_pure_and_one_for_all_is_not():
    labels = np.array([0, 0, 0, 1])
    assert metrics.purity(labels, np.arange(4)) == 1.0
    assert metrics.purity(labels, np.zeros(4, int)) == 0.75


def test_labels_and_clusters_are_of_one_length():
    with pytest.raises(ValueError, match="Expected one of `clusters` for each of `labels`"):
        metrics.purity([0, 1], [0, 1, 1])
