import numpy as np
import pytest

from kerae import metrics

pytestmark = pytest.mark.once

VALUES = np.random.default_rng(0).normal(size=400)


@pytest.mark.parametrize("replace", [True, False])
def test_that_of_a_mean_is_of_its_standard_error(replace):
    low, high = metrics.bootstrap_interval(
        np.mean, VALUES, replace=replace, level=0.9, num_resamples=3000
    )
    error = 1.645 * VALUES.std() / np.sqrt(400)
    assert (low, high) == pytest.approx((VALUES.mean() - error, VALUES.mean() + error), abs=0.01)


def test_it_holds_the_truth_as_often_as_it_says():
    generator = np.random.default_rng(1)
    held = [
        low < 0 < high
        for low, high in (
            metrics.bootstrap_interval(np.mean, each, level=0.8, num_resamples=100)
            for each in generator.normal(size=(400, 50))
        )
    ]
    assert abs(np.mean(held) - 0.8) < 0.02 + 3 * np.sqrt(0.8 * 0.2 / 400)


def test_pairs_stay_together_and_others_do_not():
    def correlation(x, y):
        return np.corrcoef(x, y)[0, 1]

    assert metrics.bootstrap_interval(correlation, VALUES, VALUES) == pytest.approx((1, 1))
    low, high = metrics.bootstrap_interval(correlation, VALUES, VALUES, paired=False)
    assert low < 0 < high
    metrics.bootstrap_interval(lambda x, y: x.mean() - y.mean(), VALUES, VALUES[:9], paired=False)
    with pytest.raises(ValueError, match="as many rows.*paired=False"):
        metrics.bootstrap_interval(correlation, VALUES, VALUES[:9])


def test_several_numbers_have_an_interval_each():
    alone = metrics.bootstrap_interval(np.mean, VALUES)
    both = metrics.bootstrap_interval(lambda x: (x.mean(), 2 * x.mean()), VALUES)
    assert both[0] == alone and both[1] == pytest.approx([2 * each for each in alone])
    named = metrics.bootstrap_interval(lambda x: {"mean": x.mean(), "one": 1}, VALUES)
    assert named == {"mean": alone, "one": (1.0, 1.0)}


def test_without_replacement_no_row_is_drawn_twice():
    def distinct(x):
        return len(np.unique(x))

    assert metrics.bootstrap_interval(distinct, VALUES, replace=False) == (400, 400)
    assert metrics.bootstrap_interval(distinct, VALUES)[1] < 300


def test_the_interval_holds_a_metric_of_neighbors():
    real, made = np.random.default_rng(0).normal(size=(2, 100, 2))
    intervals = metrics.bootstrap_interval(
        metrics.precision_recall, real, made, paired=False, replace=False, num_resamples=50
    )
    for value, (low, high) in zip(metrics.precision_recall(real, made), intervals):
        assert low < value < high


def test_a_seed_repeats_it():
    first, again, other = (
        metrics.bootstrap_interval(np.mean, VALUES, seed=seed) for seed in (0, 0, 1)
    )
    assert first == again != other
