import signal
import subprocess

import killed_run
import numpy as np
import pytest
from python_program import python

import kerae

pytestmark = pytest.mark.mainly("torch")


@pytest.mark.mainly("torch")
@pytest.mark.slow
def test_a_run_killed_in_an_epoch_and_resumed_ends_like_one_that_ran_through(tmp_path):
    killed = subprocess.run([*python(), killed_run.__file__, tmp_path / "killed"], check=False)
    assert killed.returncode == -signal.SIGKILL
    kept = sorted(path.name for path in (tmp_path / "killed").iterdir())
    assert kept == ["epoch-00002.keras", "epoch-00003.keras"]

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


@pytest.fixture
def three_epochs(tmp_path, images):
    """A model of three epochs, and its checkpoints."""
    model = kerae.VAE((8, 8, 1), 2)
    model.compile()
    checkpoint = kerae.callbacks.Checkpoint(tmp_path)
    model.fit(images, epochs=3, callbacks=[checkpoint], verbose=0)
    return model, checkpoint


def truncate(path):
    path.write_bytes(path.read_bytes()[:-1000])


def spoil(path):
    """Changes a byte in the middle, which no table of contents tells."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 255
    path.write_bytes(content)


@pytest.mark.parametrize("damage", [truncate, spoil])
def test_a_damaged_checkpoint_gives_way_to_the_one_before(three_epochs, damage):
    model, checkpoint = three_epochs
    damage(checkpoint.latest()[0])
    with pytest.warns(UserWarning, match=r"epoch-00003\.keras in .* earlier epoch-00002\.keras"):
        assert checkpoint.restore(model) == 2
    assert int(model.step) == 2


def test_damaged_checkpoints_alone_are_refused(three_epochs, tmp_path):
    model, checkpoint = three_epochs
    for path in tmp_path.iterdir():
        truncate(path)
    with pytest.raises(ValueError, match=r"00003\.keras, epoch-00002\.keras, truncated or damaged"):
        checkpoint.restore(model)


def test_of_another_training_in_the_same_folder_nothing_is_kept(three_epochs, images, tmp_path):
    model, checkpoint = three_epochs
    model.fit(images, callbacks=[checkpoint], verbose=0)
    assert [path.name for path in tmp_path.iterdir()] == ["epoch-00001.keras"]


def test_only_the_first_process_deletes_what_is_older(tmp_path, images, monkeypatch):
    model = kerae.AE((8, 8, 1), 2)
    model.compile()
    checkpoint = kerae.callbacks.Checkpoint(tmp_path)
    model.fit(images, callbacks=[checkpoint], verbose=0)
    monkeypatch.setattr("kerae.callbacks.checkpoint.is_first", lambda: False)
    monkeypatch.setattr("kerae.files.is_first", lambda: False)
    model.fit(images, epochs=2, initial_epoch=1, callbacks=[checkpoint], verbose=0)
    assert [path.name for path in tmp_path.iterdir()] == ["epoch-00001.keras"]
