"""A run goes on from what is left of its folder, and says what is not."""

import csv
import json
import re
import shutil

import keras
import numpy as np
import pytest
from rising_term import Rising
from runs import train, warns

import kerae
from kerae import run

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("without_figures")]


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A run of three epochs."""
    digits = kerae.data.load("digits")
    arrays = digits.x_train[:200], digits.y_train[:200], digits.x_test[:50], digits.y_test[:50]
    data = kerae.data.Dataset(*arrays, name="few", class_names=digits.class_names)
    out = tmp_path_factory.mktemp("finished") / "run"
    train(data, out)
    return data, out


@pytest.fixture
def copy(finished, tmp_path):
    data, out = finished
    return data, shutil.copytree(out, tmp_path / "copy")


def epochs_in(out):
    return [row["epoch"] for row in csv.DictReader((out / "history.csv").read_text().splitlines())]


@pytest.mark.parametrize(
    "lost",
    [
        "nothing",
        pytest.param("history.csv", marks=pytest.mark.nightly),
        "the text of history.csv",
    ],
)
def test_a_worse_epoch_never_replaces_a_better_one(finished, tmp_path, lost):
    def train_for(epochs, **options):
        terms = [kerae.Reconstruction(), Rising()]
        model = kerae.Autoencoder(
            (8, 8, 1), kerae.latents.Normal(2), terms=terms, encoder=keras.layers.Flatten()
        )
        run.train(model, finished[0], tmp_path, epochs=epochs, batch_size=50, **options)
        files = tmp_path / "model.keras", tmp_path / f"checkpoints/epoch-{epochs:05d}.keras"
        best, last = (int(np.asarray(kerae.load(path).step)) for path in files)
        assert last == 4 * epochs
        return best

    assert train_for(2) == 4  # steps: those of the first epoch
    if lost == "nothing":
        assert train_for(3, resume=True) == 4
        return
    if lost == "history.csv":
        (tmp_path / "history.csv").unlink()
    else:
        (tmp_path / "history.csv").write_text("")
    with warns(r"history.csv is damaged or missing: 2 of the 2 epochs"):
        assert train_for(3, resume=True) == 4
    assert epochs_in(tmp_path) == ["3"]


@pytest.mark.parametrize("text", [None, "", "{", "[]", '{"model": {}}', '{"model": 1, "data": 2}'])
def test_a_damaged_record_is_told_and_written_anew(copy, text):
    data, out = copy
    record = out / "run.json"
    before = json.loads(record.read_text())
    record.unlink()
    if text is not None:
        record.write_text(text)
    with warns(r"run\.json is damaged or missing: the run goes on with"):
        train(data, out, resume=True)
    after = json.loads(record.read_text())
    assert after["metrics"] == before["metrics"] and after["training"] == before["training"]


def test_of_a_history_that_breaks_off_the_whole_rows_are_kept(copy):
    data, out = copy
    text = (out / "history.csv").read_text()
    (out / "history.csv").write_text(text[: text.rindex(",") - 3])
    with warns("1 of the 3 epochs done are not in it"):
        train(data, out, epochs=4, resume=True)
    assert epochs_in(out) == ["1", "2", "4"]


def test_a_truncated_checkpoint_costs_an_epoch(copy, finished):
    data, out = copy
    newest = out / "checkpoints" / "epoch-00003.keras"
    newest.write_bytes(newest.read_bytes()[:-1000])
    with warns(r"epoch-00003\.keras in .* earlier epoch-00002\.keras"):
        _, record = train(data, out, resume=True)
    assert record["epochs_trained_now"] == 1
    assert (out / "history.csv").read_text() == (finished[1] / "history.csv").read_text()


def test_a_damaged_model_is_replaced_by_what_the_checkpoint_holds(copy):
    data, out = copy
    (out / "model.keras").write_bytes(b"nothing")
    with warns("model.keras is damaged or missing: the best from epoch"):
        train(data, out, resume=True)
    assert int(np.asarray(kerae.load(out / "model.keras").step)) == 12


def test_fewer_epochs_than_are_done_are_refused(copy):
    data, out = copy
    said = f"Expected at least 3 epochs, as many as the run in {out} has done. Received: 2."
    with pytest.raises(ValueError, match=re.escape(said)):
        train(data, out, epochs=2, resume=True)
    assert json.loads((out / "run.json").read_text())["finished"]


@pytest.mark.parametrize("finished_before", [True, False])
def test_epochs_without_any_checkpoint_are_not_trained_again_unasked(copy, finished_before):
    data, out = copy
    shutil.rmtree(out / "checkpoints")
    record = json.loads((out / "run.json").read_text()) | {"finished": finished_before}
    (out / "run.json").write_text(json.dumps(record))
    with pytest.raises(ValueError, match="Expected a checkpoint to go on from in"):
        train(data, out, resume=True)


def test_a_run_that_was_killed_in_its_first_epoch_begins_again(small, tmp_path, finished):
    data, out = finished
    record = json.loads((out / "run.json").read_text()) | {"finished": False}
    (tmp_path / "run.json").write_text(json.dumps(record))
    _, record = train(data, tmp_path, resume=True)
    assert record["epochs_trained_now"] == 3


def test_a_folder_that_holds_no_run_yet_begins_one(finished, tmp_path):
    _, record = train(finished[0], tmp_path / "new", epochs=1, resume=True)
    assert record["epochs_trained_now"] == 1
