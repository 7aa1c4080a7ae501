import pytest

from kerae.files import replacing


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
