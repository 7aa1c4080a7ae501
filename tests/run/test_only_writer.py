import os
import platform
import signal
import subprocess

import pytest
from python_program import python
from runs import train

from kerae.run.only_writer import only_writer

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("without_figures")]
# What a process does that trains for long.
HOLD = """
import os, pathlib, sys, time
from kerae.run.only_writer import only_writer
with only_writer(pathlib.Path(sys.argv[1])):
    print(os.getpid(), flush=True)
    time.sleep(600)
"""


def test_a_folder_that_another_process_writes_is_refused_and_free_once_it_is_killed(
    small, tmp_path
):
    with subprocess.Popen(
        [*python(), "-c", HOLD, tmp_path], stdout=subprocess.PIPE, text=True
    ) as holder:
        process = int(holder.stdout.readline())
        try:
            for how in ({}, {"resume": True}, {"overwrite": True}):
                with pytest.raises(RuntimeError, match=rf"process {process} on .* since 2"):
                    train(small, tmp_path, epochs=1, **how)
        finally:
            os.kill(process, signal.SIGKILL)
    train(small, tmp_path, epochs=1)
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"run.json", "model.keras", "history.csv", "checkpoints"}


def test_two_writers_in_one_process_refuse_each_other(tmp_path):
    with only_writer(tmp_path), pytest.raises(RuntimeError, match="no other process trains"):  # noqa: SIM117
        with only_writer(tmp_path):
            pytest.fail("both write")
    with only_writer(tmp_path):
        pass
    assert not list(tmp_path.iterdir())


def test_what_a_killed_run_has_half_written_goes_when_one_starts(tmp_path):
    dead = f".{2**22 + 1}@{platform.node()}@"  # above the largest number of a process
    (tmp_path / f"{dead}.earlier").mkdir()
    (tmp_path / "checkpoints").mkdir()
    (tmp_path / "checkpoints" / f"{dead}epoch-00003.keras").touch()
    with only_writer(tmp_path):
        pass
    assert list(tmp_path.rglob("*")) == [tmp_path / "checkpoints"]


def test_processes_other_than_the_first_take_no_lock(tmp_path, monkeypatch):
    monkeypatch.setattr("kerae.run.only_writer.is_first", lambda: False)
    with only_writer(tmp_path / "run"), only_writer(tmp_path / "run"):
        assert not (tmp_path / "run").exists()
