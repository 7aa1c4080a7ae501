"""Metrics by hand."""

import itertools

import numpy as np
import pytest

from kerae import metrics

pytestmark = pytest.mark.once


def test_units_are_active_above_the_threshold_of_their_variance():
    z = np.array([[0.0, 0.0, 5.0], [0.18, 0.3, 5.0]])  # variances 0.0081, 0.0225, 0
    assert metrics.active_units(z).tolist() == [False, True, False]
    assert metrics.active_units(z, threshold=0.005).tolist() == [True, True, False]


def test_the_perplexity_of_codes_is_that_of_how_often_each_was_chosen():
    indices = np.array([[0, 0, 9], [4, 4, 4]])
    p = np.array([2, 1, 3]) / 6
    assert metrics.code_perplexity(indices) == pytest.approx(np.prod(p**-p))
    assert metrics.code_perplexity(np.arange(7)) == pytest.approx(7)
    assert metrics.code_perplexity(np.full(5, 3)) == 1


def test_neighbors_vote():
    z_train, y_train = np.array([[0.0], [0.4], [1.0], [9.0]]), np.array([0, 1, 1, 0])
    z_test, y_test = np.array([[0.1], [0.1]]), np.array([0, 1])
    accuracy = lambda k: metrics.neighbor_accuracy(z_train, y_train, z_test, y_test, k)  # noqa: E731
    assert accuracy(1) == 0.5
    assert metrics.neighbor_accuracy(z_train, y_train, z_test[:1], y_test[:1], 1) == 1.0
    assert metrics.neighbor_accuracy(z_train, y_train, z_test[:1], y_test[:1], 3) == 0.0


@pytest.mark.parametrize("num_clusters", [2, 3, 4])
def test_cluster_accuracy_is_that_of_the_best_map(num_clusters):
    generator = np.random.default_rng(num_clusters)
    labels, clusters = generator.integers(3, size=60), generator.integers(num_clusters, size=60)
    names = range(max(3, num_clusters))
    best = max(
        np.mean(labels == np.take(permutation, clusters))
        for permutation in itertools.permutations(names)
    )
    assert metrics.cluster_accuracy(labels, clusters) == pytest.approx(best)


@pytest.mark.parametrize("metric", [metrics.cluster_accuracy, metrics.purity])
def test_there_is_a_cluster_for_each_label(metric):
    with pytest.raises(ValueError, match=r"for each of `labels`. Received: shapes \(2,\)"):
        metric([0, 1, 1], [0, 1])
