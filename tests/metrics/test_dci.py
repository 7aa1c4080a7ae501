import math

import numpy as np
import pytest
from sklearn.ensemble import GradientBoostingClassifier

from kerae import metrics

pytestmark = pytest.mark.once

TWICE = 1 - math.log(2) / math.log(10)


@pytest.mark.parametrize(
    ("importance", "expected"),
    [
        ([[1, 0], [0, 1], [0, 0]], 1),
        (np.hstack([np.eye(5), np.eye(5)]), TWICE),
        (np.vstack([np.eye(5), np.eye(5)]), 1),
        (np.zeros((3, 2)), 0),
        (np.ones((3, 2)), 0),
        ([[3, 0], [1, 1]], 3 / 5),
        ([[-3, 0], [1, -1]], 3 / 5),
    ],
)
def test_disentanglement_and_completeness_by_hand(importance, expected):
    assert metrics.disentanglement(importance) == pytest.approx(expected, abs=1e-8)
    assert metrics.completeness(np.transpose(importance)) == pytest.approx(expected, abs=1e-8)


def test_importances_and_accuracy_are_scikit_learns():
    generator = np.random.default_rng(0)
    factors = generator.integers(3, size=(200, 2))
    codes = factors @ [[1, 0.4, 0], [0, 1, 1]] + 0.5 * generator.normal(size=(200, 3))
    train, test = slice(150), slice(150, None)
    answers = metrics.dci(codes[train], factors[train], codes[test], factors[test], 7, seed=3)
    importance, accuracy = [], []
    for values in factors.T:
        trees = GradientBoostingClassifier(n_estimators=7, random_state=3)
        trees.fit(codes[train], values[train])
        importance.append(trees.feature_importances_)
        accuracy.append(np.mean(trees.predict(codes[test]) == values[test]))
    expected = metrics.disentanglement(np.transpose(importance))
    assert answers["disentanglement"] == expected
    assert answers["completeness"] == metrics.completeness(np.transpose(importance))
    assert answers["informativeness"] == pytest.approx(np.mean(accuracy))
    assert 0 < expected < 1 and 0.5 < np.mean(accuracy) < 1


def test_a_third_is_held_out_by_default():
    """Codes that tell no factor, but each example apart, are learned by heart."""
    codes = np.random.default_rng(0).normal(size=(90, 6))
    factors = np.random.default_rng(1).integers(2, size=(90, 2))
    by_heart = metrics.dci(codes, factors, codes, factors)["informativeness"]
    assert by_heart > 0.95
    assert metrics.dci(codes, factors)["informativeness"] < 0.7


def test_wrong_shapes_are_refused():
    codes, factors = np.random.default_rng(0).random((9, 3)), np.arange(18).reshape(9, 2) % 3
    with pytest.raises(ValueError, match="both or none. Received: codes_test alone"):
        metrics.dci(codes, factors, codes)
    with pytest.raises(ValueError, match="`codes` of at least two dimensions"):
        metrics.dci(codes[:, :1], factors)
    with pytest.raises(ValueError, match="num_factors of at least 2"):
        metrics.dci(codes, factors[:, :1])
    with pytest.raises(ValueError, match="`codes_test` of 3 columns"):
        metrics.dci(codes, factors, codes[:, :2], factors)
    with pytest.raises(ValueError, match="`importance` of at least two dimensions"):
        metrics.disentanglement(np.ones((3, 1)))
