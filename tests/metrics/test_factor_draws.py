import numpy as np
import pytest

from kerae import metrics

pytestmark = pytest.mark.once

# Value 7 of the first factor is rare, and factors are not in order.
FACTORS = np.random.default_rng(0).permutation([[7, 0]] + [[3, 1], [3, 0], [5, 1], [5, 0]] * 4)
X = np.arange(len(FACTORS))[:, None]


def draw(kind, factor, count=4000, seed=0):
    draws = metrics.FactorDraws(X, FACTORS)
    return getattr(draws, kind)(factor, count, np.random.default_rng(seed))


@pytest.mark.parametrize("factor", [0, 1])
def test_two_of_a_pair_share_the_factor_and_nothing_else(factor):
    first, second = (FACTORS[rows[:, 0]] for rows in draw("pairs", factor))
    assert (first[:, factor] == second[:, factor]).all()
    common = first[:, 0] != 7  # whose factors are independent
    assert abs(np.mean((first == second)[common, 1 - factor]) - 0.5) < 0.05


def test_every_example_is_drawn_as_often_as_first_and_as_second():
    for rows in draw("pairs", 0, 17_000):
        counts = np.bincount(rows[:, 0], minlength=len(X))
        assert abs(counts - 1000).max() < 5 * np.sqrt(1000)


def test_a_batch_has_one_value_of_the_factor_and_batches_have_others():
    batches = [FACTORS[draw("alike", 1, 40, seed)[:, 0]] for seed in range(30)]
    assert all(len(np.unique(batch[:, 1])) == 1 for batch in batches)
    assert all(len(np.unique(batch[:, 0])) > 1 for batch in batches)
    assert {batch[0, 1] for batch in batches} == {0, 1}


def test_without_a_factor_any_example_is_drawn():
    assert set(draw("alike", None)[:, 0]) == set(range(len(X)))


def test_another_length_is_refused():
    with pytest.raises(ValueError, match=r"`factors` of shape \(16, num_factors\)"):
        metrics.FactorDraws(X[:-1], FACTORS)
