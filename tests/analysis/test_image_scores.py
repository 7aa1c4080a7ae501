import warnings

import keras
import numpy as np
import pytest

import kerae
from kerae import analysis, metrics

pytestmark = pytest.mark.once


def values(x):
    return x


def some(count, shift=0.0):
    return shift + np.random.default_rng(count).normal(size=(count, 3, 2)).astype("float32")


def test_scores_are_those_of_the_metrics_on_the_features():
    made, real = some(300), some(301, 0.1)

    def squared(x):
        return np.square(x[:, :, 0])

    scores = analysis.image_scores(made, real, squared, k=3)
    sets = squared(real), squared(made)
    assert scores == pytest.approx(
        {
            "frechet_distance": metrics.frechet_distance(*sets),
            "kernel_distance": metrics.kernel_distance(*sets),
            **dict(zip(("precision", "recall"), metrics.precision_recall(*sets, k=3))),
            **dict(zip(("density", "coverage"), metrics.density_coverage(*sets, k=3))),
        }
    )
    assert scores.features == "squared" and scores.counts == (300, 301)
    assert scores.intervals == {} and str(scores).startswith("300 made, 301 real, on features of")


def test_intervals_hold_the_scores_and_say_so():
    scores = analysis.image_scores(some(60), some(61, 0.2), values, num_resamples=20)
    assert scores.intervals.keys() == scores.keys()
    for name, (low, high) in scores.intervals.items():
        assert low <= scores[name] <= high and low < high
    low, high = scores.intervals["recall"]
    assert f"({low:.4g} to {high:.4g})" in str(scores)
    again = analysis.image_scores(some(60), some(61, 0.2), values, num_resamples=20)
    assert again.intervals == scores.intervals


def test_features_are_asked_for_a_block_at_a_time():
    seen = []

    def counted(x):
        seen.append(len(x))
        return x

    analysis.image_scores(some(600), some(30), counted)
    assert seen == [30, 256, 256, 88]


def test_features_may_be_a_keras_model_or_an_autoencoder():
    network = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(2)], name="network")
    scores = analysis.image_scores(some(20), some(21), network)
    kernel, bias = network.get_weights()
    expected = metrics.kernel_distance(
        *(x.reshape(-1, 6) @ kernel + bias for x in (some(21), some(20)))
    )
    assert scores["kernel_distance"] == pytest.approx(expected, abs=1e-4)
    assert scores.features == "network"
    model = kerae.VAE((3, 2, 1), 2, likelihood="normal", encoder=keras.layers.Flatten())
    made, real = some(20)[..., None], some(21)[..., None]
    scores = analysis.image_scores(made, real, model)
    expected = metrics.kernel_distance(model.encode(real), model.encode(made))
    assert scores["kernel_distance"] == pytest.approx(expected)
    assert scores.features == f"the codes of {model.name}"


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"features": None}, "`features`, or a kerae.data.Dataset as `real`"),
        ({"features": lambda x: x[:-1]}, "one row for each of 21 examples of `real`"),
        (
            {"features": lambda x: x * np.nan},
            r"NaN or infinity in 21 of 21 rows of `features\(real",
        ),
        ({"k": 25}, "at least 26 examples"),
        ({"made": some(20)[:, :2]}, "`made` of 6 features"),
    ],
)
def test_others_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        analysis.image_scores(
            **{"made": some(20), "real": some(21), "features": values} | arguments
        )


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAE_CACHE", str(tmp_path))
    return tmp_path


def test_a_data_set_has_a_classifier_that_is_trained_once(digits, cache, monkeypatch):
    features = analysis.classifier_features(digits)
    (kept,) = (cache / "classifiers").iterdir()
    assert digits.digest in kept.name
    told = np.argmax(features.classifier.predict(digits.x_test, verbose=0), axis=1)
    accuracy = np.mean(told == digits.y_test)
    assert accuracy > 0.93
    assert features.name.startswith(f"a classifier of digits, {accuracy:.1%} right, weights ")
    same = analysis.image_scores(digits.x_train[:359], digits)
    noise = np.random.default_rng(0).random((359, 8, 8, 1)).astype("float32")
    other = analysis.image_scores(noise, digits)
    assert same.features == other.features == features.name
    assert same["frechet_distance"] < other["frechet_distance"] / 20
    assert same["coverage"] > 0.85 > 0.2 > other["coverage"]
    monkeypatch.setattr(keras.Model, "fit", None)  # as all comes from the file
    assert analysis.classifier_features(digits).name == features.name


def test_a_classifier_that_is_cut_off_or_cannot_be_kept_is_trained_anew(cache, digits):
    few = kerae.data.Dataset(
        *(digits.x_train[:50], digits.y_train[:50], digits.x_test[:9], digits.y_test[:9]),
        name="few",
        class_names=digits.class_names,
    )
    name = analysis.classifier_features(few).name
    (kept,) = (cache / "classifiers").iterdir()
    kept.write_bytes(kept.read_bytes()[:1000])
    assert analysis.classifier_features(few).name == name
    assert kept.stat().st_size > 1000
    assert analysis.classifier_features(few, seed=1).name != name
    for each in (cache / "classifiers").iterdir():
        each.unlink()
    (cache / "classifiers").rmdir()
    (cache / "classifiers").write_text("no folder")
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        assert analysis.classifier_features(few).name == name
    assert any("The classifier is not kept" in str(each.message) for each in told)


def test_one_class_has_no_classifier():
    x, y = some(5).reshape(5, 6).clip(0, 1), np.zeros(5, "int64")
    one = kerae.data.Dataset(x, y, x, y, "one", ("unlabeled",))
    with pytest.raises(ValueError, match="two classes or more"):
        analysis.classifier_features(one)


def test_the_report_compares_samples_with_held_out_data(digits, tmp_path):
    model = kerae.VAE((8, 8, 1), 2)
    few = kerae.data.Dataset(
        *(digits.x_train[:300], digits.y_train[:300], digits.x_test[:60], digits.y_test[:60]),
        name="few digits",
        class_names=digits.class_names,
    )
    told = analysis.report(model, few, path=tmp_path / "report.html").scores
    features = analysis.classifier_features(few)
    expected = analysis.image_scores(model.sample(60, seed=0), few.x_test, features)
    assert {name: told[name] for name in expected} == pytest.approx(expected)
    names = {name for name, entry in analysis.glossary().items() if entry.group == "samples"}
    assert names == set(expected)
    note = f"60 samples and examples, on features of {features.name}"
    assert note == told.notes["recall"]
    assert note in (tmp_path / "report.html").read_text()
