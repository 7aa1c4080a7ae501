import numpy as np
import pytest

from kerae.data import load

pytestmark = pytest.mark.once


@pytest.mark.parametrize("name", ["missing.npz", "missing/folder"])
def test_missing_path(name):
    with pytest.raises(FileNotFoundError, match=f"{name}. Received: nothing there"):
        load(name)


def test_file_of_another_kind(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("not data")
    with pytest.raises(ValueError, match=r"Expected a folder .* or an .npz file.*notes.txt"):
        load(path)


def test_plain_name_of_an_existing_folder_is_a_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mnist").mkdir()
    with pytest.raises(ValueError, match="sub-folder of images per class in mnist"):
        load("mnist")


def test_home_folder_is_expanded(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    np.savez(tmp_path / "mine.npz", x=np.eye(5))
    assert load("~/mine.npz").input_shape == (5,)
