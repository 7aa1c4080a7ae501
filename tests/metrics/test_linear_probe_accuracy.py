import sys

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from kerae import metrics

pytestmark = pytest.mark.once


@pytest.fixture
def sets():
    generator = np.random.default_rng(0)
    z, y = generator.normal(size=(300, 3)), generator.integers(3, size=300)
    z[:, 0] += y
    return z[:200], y[:200], z[200:], y[200:]


def test_it_is_scikit_learns_classifier_of_standardised_codes(sets):
    z_train, y_train, z_test, y_test = sets
    mean, deviation = z_train.mean(axis=0), z_train.std(axis=0)
    classifier = LogisticRegression().fit((z_train - mean) / deviation, y_train)
    expected = classifier.score((z_test - mean) / deviation, y_test)
    assert metrics.linear_probe_accuracy(*sets) == expected
    assert 0.4 < expected < 0.9


def test_the_unit_of_a_dimension_does_not_matter(sets):
    z_train, y_train, z_test, y_test = sets
    unit = np.array([1e-5, 1.0, 1e5])
    accuracy = metrics.linear_probe_accuracy(z_train * unit, y_train, z_test * unit, y_test)
    assert accuracy == metrics.linear_probe_accuracy(*sets)


def test_a_constant_dimension_does_not_matter(sets):
    z_train, y_train, z_test, y_test = sets
    wider = [np.concatenate([z, np.full((len(z), 1), 7.0)], axis=1) for z in (z_train, z_test)]
    accuracy = metrics.linear_probe_accuracy(wider[0], y_train, wider[1], y_test)
    assert accuracy == metrics.linear_probe_accuracy(*sets)


def test_one_class_is_refused():
    with pytest.raises(ValueError, match="at least two classes. Received: only 3"):
        metrics.linear_probe_accuracy(np.zeros((4, 1)), [3] * 4, np.zeros((1, 1)), [3])


def test_it_stops_without_a_warning(sets, monkeypatch):
    monkeypatch.setattr(sys.modules["kerae.metrics.linear_probe"], "MOST_STEPS", 1)
    assert 0 <= metrics.linear_probe_accuracy(*sets) <= 1
