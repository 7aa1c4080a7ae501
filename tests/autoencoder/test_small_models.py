"""What passes have to carry, of a small model of each kind: see small_models.py."""

from importlib import import_module

import keras
import numpy as np
import pytest
from keras import ops
from small_models import SMALL_MODELS

import kerae
from kerae import analysis
from kerae.export.export_job import export_job
from kerae.export.exporting import Exporting

BACKEND = keras.backend.backend()
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def data(digits):
    x = digits.x_train[:200]
    return x, x.reshape(len(x), -1)[:, :60:12]


def given(model, data):
    return data if model.label_readers else data[:1]


def evaluate(model, data):
    return model.evaluate(*given(model, data), batch_size=50, verbose=0, return_dict=True)


def fit(model, data, epochs, **options):
    model.fit(*given(model, data), epochs=epochs, batch_size=50, verbose=0, **options)


# What looks another way or goes another way: of codes with numbers, of levels, of a dictionary.
EACH_WAY = {"quantized", "ladder", "sparse"}
# What is traced or compiled is each method of each; of these, one assigns and one draws at several
# levels.
BY_DAY = {"quantized", "ladder"}
MODELS = [
    pytest.param(name, marks=() if name in BY_DAY else pytest.mark.mainly("torch"))
    for name in SMALL_MODELS
]


def daily(names, argument="trained"):
    """Cases of `argument`, a model each; those not in `names` are nightly."""
    cases = [pytest.param(n, marks=() if n in names else pytest.mark.nightly) for n in SMALL_MODELS]
    return pytest.mark.parametrize(argument, cases, indirect=argument == "trained")


@pytest.fixture(scope="module", params=MODELS)
def trained(request, data, tmp_path_factory):
    """A model, what it was worth before it was trained, and its file in the middle of that."""
    kerae.set_random_seed(0)
    model = SMALL_MODELS[request.param]()
    model.compile(keras.optimizers.Adam(1e-2))
    before = evaluate(model, data)
    fit(model, data, 5)
    file = tmp_path_factory.mktemp("small") / "model.keras"
    model.save(file)
    fit(model, data, 8, initial_epoch=5)
    return model, before, file


def test_it_learns_and_is_evaluated_alike_at_every_call(trained, data):
    model, before, _ = trained
    after = evaluate(model, data)
    assert after["loss"] < before["loss"]
    assert evaluate(model, data) == after
    assert all(np.isfinite(value) for value in after.values())


def test_a_resumed_one_ends_bit_equal(trained, data):
    model, _, file = trained
    resumed = kerae.load(file)
    fit(resumed, data, 8, initial_epoch=5)
    for a, b in zip(resumed.variables, model.variables, strict=True):
        np.testing.assert_array_equal(*map(ops.convert_to_numpy, (a, b)), err_msg=a.path)


def test_the_loss_is_the_sum_of_what_is_trained_on(trained, data):
    model, _, _ = trained
    logs = evaluate(model, data)
    of_terms = sum(term.weight * logs[term.label] for term in model.terms)
    assert logs["loss"] == pytest.approx(of_terms, rel=1e-5)
    assert all(term.is_watched == (term.weight == 0) for term in model.terms)


@pytest.mark.mainly("torch")
def test_many_codes_tell_more_of_the_likelihood_than_one(trained, data):
    model, _, _ = trained
    binary = [np.round(each) for each in given(model, data)]
    if not model.latent.has_density:
        with pytest.raises(ValueError, match="codes have no density"):
            model.log_likelihood(*binary)
        return
    one, many = (model.log_likelihood(*binary, num_samples=k).mean() for k in (1, 50))
    assert np.isfinite(one) and many > one - 0.1  # in expectation it is not below


@pytest.mark.mainly("torch")
def test_new_examples_come_from_its_prior(trained):
    model, _, _ = trained
    x = model.sample(5, seed=0)
    assert x.shape == (5, *model.target_shape) and np.isfinite(x).all()
    np.testing.assert_array_equal(model.sample(5, seed=0), x)


@pytest.mark.mainly("torch")
@daily(EACH_WAY)
def test_a_report_is_made_of_it(trained, data, tmp_path):
    model, _, _ = trained
    options = {"labels": np.arange(60) % 3, "method": "pca", "clustering": "kmeans"}
    y = data[1][:60] if model.target.reads_labels else None
    analysis.report(model, data[0][:60], y=y, path=tmp_path / "report.html", **options)
    assert (tmp_path / "report.html").stat().st_size > 10_000


@pytest.mark.skipif(BACKEND != "tensorflow", reason="TensorFlow writes it here")
@daily({"quantized"})  # the others give codes as models of the catalogue do
def test_its_saved_model_answers_alike(trained, data, tmp_path):
    model, _, _ = trained
    y = data[1] if model.target.reads_labels else None
    with Exporting(model, "tensorflow", (), data[0], y) as export:
        model.save(export.folder / "model.keras")
        names = list(export.endpoints)
        export_job(export.folder, [], tmp_path / "1", names, image_bytes=False)
        differences = export.differences("run_saved_model.py", tmp_path / "1")
    assert {"reconstruct", "encode", "decode", "score", "sample"} <= set(names)
    assert max(differences.values()) < 1e-4, differences


LEAST = {"tensorflow": "STEPS_WORTH_XLA", "torch": "STEPS_WORTH_CAPTURE"}


@pytest.mark.mainly("torch")
@daily(EACH_WAY, "name")
def test_many_steps_in_a_call_train_as_one_by_one(name, data, monkeypatch):
    if BACKEND in LEAST:
        monkeypatch.setattr(import_module(f"kerae.backend.{BACKEND}_loop"), LEAST[BACKEND], 0)
    watching = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: None)
    weights = []
    for options in ({}, {"callbacks": [watching]}):
        kerae.set_random_seed(0)
        model = SMALL_MODELS[name]()
        model.compile(keras.optimizers.SGD(1e-3))
        fit(model, data, 2, **options)
        weights.append([ops.convert_to_numpy(variable) for variable in model.variables])
    for many, single in zip(*weights, strict=True):
        np.testing.assert_allclose(many, single, rtol=1e-4, atol=1e-6)
