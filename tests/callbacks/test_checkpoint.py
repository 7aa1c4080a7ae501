import signal
import subprocess

import killed_run
import numpy as np
import pytest
from python_program import python

import kerae


@pytest.mark.slow
def test_a_run_killed_in_an_epoch_and_resumed_ends_like_one_that_ran_through(tmp_path):
    killed = subprocess.run([*python(), killed_run.__file__, tmp_path / "killed"], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert [path.name for path in (tmp_path / "killed").iterdir()] == ["epoch-00003.keras"]

    through = killed_run.new_model()
    history = killed_run.train(through, tmp_path / "through").history
    resumed = killed_run.new_model()
    resumed_history = killed_run.train(resumed, tmp_path / "killed").history

    for name, values in resumed_history.items():
        assert values == history[name][3:]
    assert len(resumed.variables) == len(through.variables)
    for a, b in zip(resumed.variables, through.variables, strict=True):
        np.testing.assert_array_equal(np.asarray(a), np.asarray(b), err_msg=a.path)
    for a, b in zip(resumed.optimizer.variables, through.optimizer.variables, strict=True):
        np.testing.assert_array_equal(np.asarray(a), np.asarray(b), err_msg=a.path)


def test_restore_without_a_checkpoint_starts_at_the_first_epoch(tmp_path):
    model = kerae.AE((8, 8, 1), 2)
    assert kerae.callbacks.Checkpoint(tmp_path / "none").restore(model) == 0


def test_a_checkpoint_of_another_model_is_refused(tmp_path, images):
    model = kerae.VAE((8, 8, 1), 2)
    model.compile()
    checkpoint = kerae.callbacks.Checkpoint(tmp_path)
    model.fit(images, callbacks=[checkpoint], verbose=0)
    other = kerae.VAE((8, 8, 1), 5)
    other.compile()
    with pytest.raises(ValueError, match=r"epoch-00001\.keras"):
        checkpoint.restore(other)


def test_a_truncated_checkpoint_is_refused(tmp_path, images):
    model = kerae.VAE((8, 8, 1), 2)
    model.compile()
    checkpoint = kerae.callbacks.Checkpoint(tmp_path)
    model.fit(images, callbacks=[checkpoint], verbose=0)
    path, _ = checkpoint.latest()
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(ValueError, match="truncated"):
        checkpoint.restore(model)


def test_only_the_first_process_deletes_what_is_older(tmp_path, images, monkeypatch):
    model = kerae.AE((8, 8, 1), 2)
    model.compile()
    checkpoint = kerae.callbacks.Checkpoint(tmp_path)
    model.fit(images, callbacks=[checkpoint], verbose=0)
    monkeypatch.setattr("kerae.callbacks.checkpoint.is_first", lambda: False)
    monkeypatch.setattr("kerae.files.is_first", lambda: False)
    model.fit(images, epochs=2, initial_epoch=1, callbacks=[checkpoint], verbose=0)
    assert [path.name for path in tmp_path.iterdir()] == ["epoch-00001.keras"]
