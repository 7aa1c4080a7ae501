import os
import platform
import subprocess
import sys

import pytest

from kerae.files import remove_leftovers, replacing

# A writer that is killed in the middle.
KILLED = """
import os, pathlib, signal, sys
from kerae.files import replacing
with replacing(sys.argv[1]) as partial:
    partial.mkdir() if sys.argv[2] == "folder" else partial.write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_file_appears_whole(tmp_path):
    path = tmp_path / "new" / "newer" / "a.txt"
    with replacing(path) as partial:
        partial.write_text("new")
        assert not path.exists()
    assert path.read_text() == "new"
    assert list(path.parent.iterdir()) == [path]


def test_a_failure_leaves_what_was_there(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(KeyError), replacing(path) as partial:
        partial.write_text("half")
        raise KeyError
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_stays_until_a_whole_one_takes_its_place(tmp_path):
    path = tmp_path / "1"
    path.mkdir()
    (path / "old").touch()
    with pytest.raises(KeyError), replacing(path) as partial:
        partial.mkdir()
        assert (path / "old").exists()
        raise KeyError
    with pytest.raises(OSError, match="as it was"), replacing(path):
        pass  # nothing to put in its place
    assert sorted(tmp_path.rglob("*")) == [path, path / "old"]
    with replacing(path) as partial:
        partial.mkdir()
        (partial / "new").touch()
    assert sorted(tmp_path.rglob("*")) == [path, path / "new"]


def test_an_unwritable_folder_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    path = tmp_path / "file" / "a.txt"
    with pytest.raises(OSError, match=r"Cannot write .*a\.txt.*Choose a folder"), replacing(path):
        pytest.fail("the folder cannot be made")


def test_processes_other_than_the_first_write_nothing(tmp_path, monkeypatch):
    path = tmp_path / "new" / "a.txt"
    monkeypatch.setattr("kerae.files.is_first", lambda: False)
    with replacing(path) as partial:
        partial.write_text("made, and thrown away")
    assert not path.parent.exists() and not partial.exists() and partial.suffix == ".txt"


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_what_a_killed_writer_left_goes_when_the_next_one_writes(tmp_path, kind):
    path = tmp_path / "a-1"
    for _ in range(2):
        subprocess.run([sys.executable, "-c", KILLED, path, kind], check=False)
    (left,) = tmp_path.iterdir()  # of the second: that of the first is gone
    with replacing(tmp_path / "another") as partial:
        partial.touch()
    assert left.exists()
    with replacing(path) as partial:
        partial.write_text("whole")
    assert {each.name for each in tmp_path.iterdir()} == {"a-1", "another"}


def test_what_others_write_now_is_left_alone(tmp_path):
    """By a process of this machine that lives, and by one of another machine, of today."""
    here, elsewhere = (
        tmp_path / f".{process}@{machine}@model.keras"
        for process, machine in ((os.getppid(), platform.node()), (1, "elsewhere"))
    )
    here.touch()
    elsewhere.touch()
    (tmp_path / ".hidden").touch()
    remove_leftovers(tmp_path)
    assert len(list(tmp_path.iterdir())) == 3
    os.utime(elsewhere, (0, 0))
    remove_leftovers(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {here.name, ".hidden"}


def test_a_folder_that_was_being_replaced_is_put_back(tmp_path):
    before = tmp_path / f".{2**22 + 1}@{platform.node()}@before@1"  # above the largest of processes
    before.mkdir()
    (before / "old").touch()
    remove_leftovers(tmp_path)
    assert sorted(tmp_path.rglob("*")) == [tmp_path / "1", tmp_path / "1" / "old"]
