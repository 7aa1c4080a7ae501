"""How often features are active: counted one by one, and a block at a time."""

import tracemalloc

import numpy as np
import pytest

from kerae import metrics

pytestmark = pytest.mark.once


@pytest.fixture
def z():
    generator = np.random.default_rng(0)
    z = np.maximum(generator.normal(size=(50, 7)) - 1, 0).astype("float32")
    z[:, 3] = 0
    z[:, 5] = 1
    return z


def test_one_by_one(z):
    counts = [sum(1 for row in z if row[j] != 0) for j in range(7)]
    np.testing.assert_allclose(metrics.firing_frequency(z), np.array(counts) / 50)
    each = [sum(1 for value in row if value != 0) for row in z]
    assert metrics.l0(z) == pytest.approx(sum(each) / 50)


def test_a_negative_activation_is_one(z):
    np.testing.assert_array_equal(metrics.firing_frequency(-z), metrics.firing_frequency(z))


def test_blocks_of_any_sizes_give_the_same(z, monkeypatch):
    frequency = metrics.firing_frequency(z)
    for sizes in ([1, 20, 50], [49]):
        blocks = (part for part in np.split(z, sizes) if len(part))
        np.testing.assert_allclose(metrics.firing_frequency(blocks), frequency)
    monkeypatch.setattr("kerae.metrics.blocks.PAIRS_AT_ONCE", 20)
    np.testing.assert_allclose(metrics.firing_frequency(z), frequency)


def test_one_block_at_a_time_is_in_memory():
    def blocks():
        for number in range(40):
            yield np.full((256, 4096), number % 2, "float32")  # 4 MB

    tracemalloc.start()
    assert metrics.l0(blocks()) == 2048
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * 2**22


@pytest.mark.parametrize(
    "blocks", [[], [np.ones(3)], [np.ones((2, 3)), np.ones((2, 4))], [np.full((2, 3), np.nan)]]
)
def test_wrong_blocks_are_refused(blocks):
    with pytest.raises(ValueError, match="`z`"):
        metrics.firing_frequency(iter(blocks))


def test_dead_and_dense(z):
    frequency = metrics.firing_frequency(z)
    assert frequency[3] == 0 and frequency[5] == 1
    assert metrics.dead_share(frequency) == np.mean(~z.any(axis=0)) == 1 / 7
    assert metrics.dense_share(frequency, 0.99) == 1 / 7
    assert metrics.dense_share([0.1, 0.1 + 1e-9]) == 0.5


def test_the_histogram_counts_each_living_feature_once(z):
    frequency = metrics.firing_frequency(z)
    counts, edges = metrics.frequency_histogram(frequency, num_bins=5)
    assert counts.sum() == 6 and edges[-1] == 0 and np.allclose(np.diff(edges), edges[1] - edges[0])
    assert edges[0] == pytest.approx(np.log10(frequency[frequency > 0].min()))
    for number, count in enumerate(counts):
        low, high = 10.0 ** edges[number], 10.0 ** edges[number + 1]
        within = (frequency >= low * (1 - 1e-9)) & (frequency < high * (1 - 1e-9))
        assert count == within.sum() + (number == 4) * (frequency == 1).sum()


@pytest.mark.parametrize("frequency", [[0.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
def test_a_histogram_of_features_that_are_all_dead_or_always_active(frequency):
    counts, edges = metrics.frequency_histogram(frequency, num_bins=4)
    assert counts.tolist() == [0, 0, 0, sum(frequency)] and edges.tolist()[::4] == [-1, 0]


@pytest.mark.parametrize("frequency", [[1.2], [-0.1], [], [[0.5]]])
def test_what_is_no_share_is_refused(frequency):
    with pytest.raises(ValueError, match="`frequency`"):
        metrics.dead_share(frequency)
