import tracemalloc

import numpy as np
import pytest

from kerae import metrics

pytestmark = pytest.mark.once


def brute_force(real, made, k, closed):
    """Precision, recall, density and coverage, one example after the other."""

    def radius(x, rows):
        return sorted(np.linalg.norm(rows - x, axis=1))[k]  # its own distance is the first

    def holds(x, rows, y):
        distance = np.linalg.norm(x - y)
        return distance <= radius(x, rows) if closed else distance < radius(x, rows)

    of_real = np.array([[holds(x, real, y) for y in made] for x in real])
    of_made = np.array([[holds(y, made, x) for y in made] for x in real])
    return (
        of_real.any(axis=0).mean(),
        of_made.any(axis=1).mean(),
        of_real.sum() / (k * len(made)),
        of_real.any(axis=1).mean(),
    )


@pytest.mark.parametrize("closed", [False, True])
@pytest.mark.parametrize("k", [1, 5])
def test_example_by_example(k, closed):
    """On a grid, so that many distances are equal."""
    generator = np.random.default_rng(0)
    real = generator.integers(6, size=(30, 2)).astype(float)
    made = generator.integers(2, 9, size=(20, 2)).astype(float)
    expected = brute_force(real, made, k, closed)
    assert expected != brute_force(real, made, k, not closed)
    answers = metrics.precision_recall(real, made, k, closed)
    answers += metrics.density_coverage(real, made, k, closed)
    assert answers == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("metric", [metrics.precision_recall, metrics.density_coverage])
def test_blocks_give_the_same_and_memory_is_bounded(metric, monkeypatch):
    rows = np.random.default_rng(0).normal(size=(2500, 2))
    monkeypatch.setattr("kerae.metrics.blocks.PAIRS_AT_ONCE", 2500 * 99)
    metric(rows[:9], rows[:9])  # imports
    tracemalloc.start()
    expected = metric(rows, rows[:2000] / 2)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * 2500 * 2500 / 5
    monkeypatch.setattr("kerae.metrics.blocks.PAIRS_AT_ONCE", 10**9)
    assert metric(rows, rows[:2000] / 2) == expected


def test_one_distribution_has_density_one():
    generator = np.random.default_rng(0)
    values = [metrics.density_coverage(*generator.normal(size=(2, 60, 2)))[0] for _ in range(200)]
    assert abs(np.mean(values) - 1) < 3 * np.std(values) / np.sqrt(len(values))


def test_scale_and_shift_do_not_matter():
    generator = np.random.default_rng(0)
    real, made = generator.normal(size=(50, 3)), 1 + generator.normal(size=(50, 3))
    for metric in (metrics.precision_recall, metrics.density_coverage):
        assert metric(8 * real, 8 * made) == metric(real, made)


@pytest.mark.parametrize("metric", [metrics.precision_recall, metrics.density_coverage])
def test_too_few_examples_are_refused(metric):
    with pytest.raises(ValueError, match="`real` of .*Received: 5"):
        metric(np.zeros((5, 1)), np.zeros((9, 1)))
    with pytest.raises(ValueError, match="`made` of 1 features"):
        metric(np.zeros((9, 1)), np.zeros((9, 2)))
