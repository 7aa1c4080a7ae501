import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from kerae import analysis
from kerae.analysis.scoring import scores_of_labels as module

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def examples():
    """Two code units and four pixels of 300 examples in three classes."""
    generator = np.random.default_rng(0)
    labels = generator.integers(3, size=300)
    z = generator.normal(size=(300, 2)) + labels[:, None]
    return z, labels, generator.normal(size=(300, 2, 2, 1)) + 2 * labels[:, None, None, None]


def accuracies(codes, labels, train, test):
    probe = make_pipeline(StandardScaler(), LogisticRegression())
    return [
        each.fit(codes[train], labels[train]).score(codes[test], labels[test])
        for each in (KNeighborsClassifier(10), probe)
    ]


@pytest.mark.parametrize("seed", [0, 1])
def test_they_are_scikit_learns_on_a_stratified_split(examples, seed):
    z, labels, x = examples
    scores = analysis.score(z, labels=labels, x=x, seed=seed)
    train, test = train_test_split(
        np.arange(300), test_size=0.2, stratify=labels, random_state=seed
    )
    of_codes = [scores["knn_accuracy"], scores["linear_probe_accuracy"]]
    of_input = [scores["knn_accuracy_input"], scores["linear_probe_accuracy_input"]]
    assert of_codes == accuracies(z, labels, train, test)
    assert of_input == accuracies(x.reshape(300, -1), labels, train, test)
    assert of_codes[0] < of_input[0]
    assert set(scores.notes.values()) == {"60 held out of 300 examples"}


def test_integer_pixels_and_names_of_classes_are_the_same(examples):
    z, labels, x = examples
    x = np.round(50 * x).astype("int16")
    by_number = analysis.score(z, labels=labels, x=x)
    names = np.array(["a", "b", "c"])[labels].astype(object)
    assert analysis.score(z, labels=names, x=x) == by_number
    assert "knn_accuracy_input" not in analysis.score(z, labels=labels)
    assert "knn_accuracy" not in analysis.score(z, x=x)


def test_many_examples_are_sampled(examples, monkeypatch):
    z, labels, _ = examples
    monkeypatch.setattr(module, "LIMIT", 100)
    scores = analysis.score(z, labels=labels)
    assert scores.notes["knn_accuracy"] == "20 held out of 100 examples; of 300 in all"
    assert (scores["knn_accuracy"] * 20) % 1 == 0


def test_of_wide_inputs_fewer_examples_are_taken(examples, monkeypatch):
    z, labels, x = examples
    monkeypatch.setattr(module, "FEWEST", 150)
    monkeypatch.setattr(module, "MOST_PRODUCTS", 16 * 4 * 200)
    scores = analysis.score(z, labels=labels, x=x)
    assert scores.notes["knn_accuracy_input"] == "40 held out of 200 examples; of 300 in all"
    assert scores.notes["knn_accuracy"] == "40 held out of 200 examples; of 300 in all"
    assert analysis.score(z, labels=labels).notes["knn_accuracy"] == "60 held out of 300 examples"


def test_of_too_wide_inputs_none_are_taken(examples, monkeypatch):
    z, labels, x = examples
    monkeypatch.setattr(module, "FEWEST", 150)
    monkeypatch.setattr(module, "MOST_PRODUCTS", 16 * 4 * 149)
    scores = analysis.score(z, labels=labels, x=x)
    assert "examples of x have 4 numbers each, too many" in scores.notes["knn_accuracy_input"]
    assert scores.notes["knn_accuracy"] == "60 held out of 298 examples; of 300 in all"


def test_a_class_of_one_example_is_left_out(examples):
    z, labels, _ = examples
    labels = labels.copy()
    labels[7] = 99
    scores = analysis.score(z, labels=labels)
    note = "60 held out of 299 examples; classes of a single example left out: 1"
    assert scores.notes["linear_probe_accuracy"] == note
    kept = np.arange(300) != 7
    assert scores["knn_accuracy"] == analysis.score(z[kept], labels=labels[kept])["knn_accuracy"]


@pytest.mark.parametrize(
    "labels, reason",
    [
        ([3] * 12, "fewer than two classes with more than one example"),
        ([3] * 11 + [4], "fewer than two classes with more than one example"),
        ([0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5], "12 examples are too few to hold out some of all"),
    ],
)
def test_without_a_split_they_are_left_out(labels, reason):
    scores = analysis.score(np.arange(12.0)[:, None], labels=labels, x=np.arange(12.0))
    for name in ("knn_accuracy", "linear_probe_accuracy_input"):
        assert name not in scores
        assert scores.notes[name].startswith(f"left out: {reason}")


def test_fewer_codes_than_neighbors_leave_a_probe():
    z = np.array([0.0, 0.1, 0.2, 0.3, 0.4, 5.0, 5.1, 5.2, 5.3, 5.4])[:, None]
    scores = analysis.score(z, labels=[0] * 5 + [1] * 5)
    assert scores.notes["knn_accuracy"] == "left out: fewer than 10 examples to learn from"
    assert scores["linear_probe_accuracy"] == 1.0


def test_equal_codes_tell_the_most_frequent_class():
    scores = analysis.score(np.ones((100, 2)), labels=[0] * 60 + [1] * 40)
    assert scores["linear_probe_accuracy"] == 0.6
