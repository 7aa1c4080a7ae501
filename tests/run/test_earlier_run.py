"""A run that is replaced stays until the new one has something to show."""

import json

import keras
import pytest
from runs import train

import kerae
from kerae.run.earlier_run import EarlierRun

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("without_figures")]


@pytest.fixture
def earlier(small, tmp_path):
    """A folder with a run, and what is in it."""
    train(small, tmp_path, epochs=1)
    (tmp_path / "report.html").write_text("about it")
    return tmp_path, contents(tmp_path)


def contents(folder):
    return {
        path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


@pytest.fixture
def failing(monkeypatch):
    """Makes the training of an epoch fail where it begins."""

    def fail_in(number):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == number:
                raise RuntimeError("no memory")

        monkeypatch.setattr(kerae.callbacks.Checkpoint, "on_epoch_begin", on_epoch_begin)

    return fail_in


def test_a_new_run_that_fails_in_its_first_epoch_gives_it_back(small, earlier, failing):
    out, before = earlier
    failing(0)
    with pytest.raises(RuntimeError, match="no memory"):
        train(small, out, epochs=2, overwrite=True)
    assert contents(out) == before


def test_a_new_run_with_an_epoch_has_taken_its_place(small, earlier, failing):
    out, _ = earlier
    failing(1)
    with pytest.raises(RuntimeError, match="no memory"):
        train(small, out, epochs=2, overwrite=True)
    record = json.loads((out / "run.json").read_text())
    assert record["training"]["epochs"] == 2 and not record["finished"]
    assert {path.name for path in out.iterdir()} == {
        *("run.json", "model.keras", "history.csv", "checkpoints")
    }


def test_what_cannot_be_written_as_json_gives_it_back(small, earlier):
    out, before = earlier
    with pytest.raises(TypeError, match="not JSON serializable"):
        train(small, out, epochs=1, overwrite=True, source={"name": object()})
    assert contents(out) == before


def test_what_a_killed_process_had_set_aside_is_put_back(small, earlier):
    out, before = earlier
    EarlierRun(out).set_aside()
    (out / "run.json").write_text("of the run that was killed in its first epoch")
    assert contents(out) != before
    with pytest.raises(FileExistsError, match="already holds a run"):
        train(small, out, epochs=1)
    assert contents(out) == before
    EarlierRun(out).set_aside()
    _, record = train(small, out, epochs=1, resume=True)
    assert record["epochs_trained_now"] == 0


def test_processes_other_than_the_first_move_nothing(earlier, monkeypatch):
    out, before = earlier
    monkeypatch.setattr("kerae.run.earlier_run.is_first", lambda: False)
    EarlierRun(out).set_aside()
    assert contents(out) == before


def test_a_run_that_is_resumed_is_not_moved(small, earlier):
    out, _ = earlier
    seen = []

    class Look(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            seen.append((out / "model.keras").is_file())

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kerae.callbacks.Checkpoint, "on_epoch_begin", Look.on_epoch_begin)
        train(small, out, epochs=2, resume=True)
    assert seen == [True]
