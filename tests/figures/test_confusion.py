import numpy as np
import pytest
from legible import assert_legible

from kerae import figures

pytestmark = pytest.mark.once


def drawn(figure):
    """Names of rows and columns, and the numbers that are written."""
    axes = figure.axes[0]
    rows = [text.get_text() for text in axes.get_yticklabels()]
    columns = [text.get_text() for text in axes.get_xticklabels()]
    counts = np.zeros((len(rows), len(columns)), int)
    for text in axes.texts:
        column, row = map(round, text.get_position())
        counts[row, column] = int(text.get_text())
    return rows, columns, counts


def examples(counts):
    """Clusters and labels with so many examples of each pair."""
    pairs = [(*pair, 1) for pair, count in np.ndenumerate(counts) for _ in range(count)]
    clusters, labels, _ = np.transpose(pairs)
    return clusters, labels


def test_the_best_map_lies_on_the_diagonal_and_is_framed():
    # The largest entry, 5, is not in the best map: 4 + 4 + 3 > 5 + 1 + 3.
    clusters, labels = examples([[5, 4, 0], [4, 1, 0], [0, 2, 3]])
    figure = figures.confusion(clusters, labels, ("cat", "dog", "owl"))
    rows, columns, counts = drawn(figure)
    assert (rows, columns) == (["1", "0", "2"], ["cat", "dog", "owl"])
    np.testing.assert_array_equal(counts, [[4, 1, 0], [5, 4, 0], [0, 2, 3]])
    shares = np.asarray(figure.axes[0].images[0].get_array())
    np.testing.assert_allclose(shares, counts / [[5], [9], [5]])
    frames = [frame.get_xy() for frame in figure.axes[0].patches]
    assert frames == [(-0.5, -0.5), (0.5, 0.5), (1.5, 1.5)]
    assert_legible(figure)


def test_clusters_that_are_left_follow_by_their_largest_class_and_noise_comes_last():
    clusters, labels = examples([[0, 3], [9, 0], [0, 8], [2, 0], [4, 4]])
    figure = figures.confusion(np.where(clusters == 4, -1, clusters), labels)
    rows, columns, counts = drawn(figure)
    assert (rows, columns) == (["1", "2", "3", "0", "noise"], ["0", "1"])
    np.testing.assert_array_equal(counts, [[9, 0], [0, 8], [2, 0], [0, 3], [4, 4]])
    assert len(figure.axes[0].patches) == 2
    assert_legible(figure)


def test_classes_that_are_left_follow_those_on_the_diagonal():
    clusters, labels = examples([[1, 5, 0], [1, 0, 7]])
    rows, columns, counts = drawn(figures.confusion(clusters, labels))
    assert (rows, columns) == (["0", "1"], ["1", "2", "0"])
    np.testing.assert_array_equal(counts, [[5, 0, 1], [0, 7, 1]])


def test_only_noise_and_one_class_can_be_drawn():
    rows, columns, counts = drawn(figures.confusion([-1, -1], ["a", "a"]))
    assert (rows, columns, counts.tolist()) == (["noise"], ["a"], [[2]])


@pytest.mark.parametrize("count", [20, 21, 60])
def test_many_clusters_and_long_names_have_room(count):
    names = [f"class of number {i}" for i in range(count)]
    clusters = np.arange(20 * count) % count
    figure = figures.confusion(clusters, clusters, names)
    assert bool(figure.axes[0].texts) == (count <= 20)
    assert_legible(figure)


def test_large_numbers_have_room():
    clusters = np.repeat(np.arange(10), 12_345)
    figure = figures.confusion(clusters, clusters)
    assert {text.get_text() for text in figure.axes[0].texts} == {"12k"}
    assert_legible(figure)


def test_refuses_labels_of_another_length():
    with pytest.raises(ValueError, match="one for each example"):
        figures.confusion([0, 1], [0, 1, 1])
