import tracemalloc

import numpy as np
import pytest

from kerae import metrics

pytestmark = pytest.mark.once


def test_pair_by_pair():
    generator = np.random.default_rng(0)
    real, made = generator.normal(size=(7, 3)), 1 + generator.normal(size=(5, 3))

    def k(x, y):
        return (np.dot(x, y) / 3 + 1) ** 3

    def within(rows):
        return np.mean([k(x, y) for i, x in enumerate(rows) for j, y in enumerate(rows) if i != j])

    between = np.mean([k(x, y) for x in real for y in made])
    expected = within(real) + within(made) - 2 * between
    assert metrics.kernel_distance(real, made) == pytest.approx(expected, rel=1e-9)


def test_it_is_unbiased():
    generator = np.random.default_rng(0)
    sets = generator.normal(size=(2000, 2, 5, 2))
    values = [metrics.kernel_distance(real, made) for real, made in sets]
    assert abs(np.mean(values)) < 3 * np.std(values) / np.sqrt(len(values))


def test_blocks_give_the_same_and_memory_is_bounded(monkeypatch):
    rows = np.random.default_rng(0).normal(size=(4000, 2))
    tracemalloc.start()
    expected = metrics.kernel_distance(rows, rows + 1)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * 4000 * 4000 / 2
    monkeypatch.setattr("kerae.metrics.blocks.PAIRS_AT_ONCE", 10**9)
    assert metrics.kernel_distance(rows, rows + 1) == pytest.approx(expected, rel=1e-9)
