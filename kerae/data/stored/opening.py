"""Which files a path means, and how each is opened."""

import json
from pathlib import Path

from .raw import open_npy, open_npz
from .safetensors import open_safetensors
from .tables import open_arrow, open_parquet

OPENED_BY = {
    ".npy": open_npy,
    ".npz": open_npz,
    ".safetensors": open_safetensors,
    ".parquet": open_parquet,
    ".arrow": open_arrow,
}
RECORD = "activations.json"  # of what `kerae.data.record_activations` wrote
STATE = "state.json"  # of a folder of Hugging Face's `datasets`


def opened(paths, column=None):
    """The files of paths in their order, opened: of a folder all of the one kind that it holds.

    Args:
        paths: Path of a file or folder, or a list of such.
        column: String, the array in each file; needed where there are several.
    Returns:
        List of readers.
    Raises:
        FileNotFoundError: If there is nothing at a path.
        ValueError: If a file cannot be read, or differs from the first in the shape of an example.
    """
    several = isinstance(paths, list | tuple)
    files = [file for path in (paths if several else [paths]) for file in _files(Path(path))]
    readers = [OPENED_BY[file.suffix](file, column) for file in files]
    for each in readers:
        if len(each.shape) < 2 or min(each.shape[1:]) < 1:
            raise ValueError(
                f"Expected an array (examples, features), with axes of places between the two or "
                f"without, in {each.path}. Received: shape {each.shape}."
            )
        if each.shape[1:] != readers[0].shape[1:]:
            raise ValueError(
                f"Expected examples of shape {readers[0].shape[1:]}, as in {readers[0].path}. "
                f"Received: {each.shape[1:]} in {each.path}. Give files of one kind."
            )
    return readers


def holds_activations(folder: Path):
    """Whether a folder is one that `opened` reads, and none of images, which has sub-folders."""
    files = list(folder.iterdir()) if folder.is_dir() else []
    return any(each.suffix in OPENED_BY for each in files) and not any(map(Path.is_dir, files))


def recorded(folder: Path):
    """What is written of a folder of recorded activations, or None where nothing is."""
    path = folder / RECORD
    return json.loads(path.read_text()) if path.is_file() else None


def _files(path):
    path = path.expanduser()
    if path.is_file() and path.suffix in OPENED_BY:
        return [path]
    expected = f"Expected a file of {', '.join(OPENED_BY)}, or a folder of such, at {path}"
    if not path.exists():
        raise FileNotFoundError(f"{expected}. Received: nothing there. Correct the path.")
    if not path.is_dir():
        raise ValueError(f"{expected}. Received: a file of another kind.")
    if (path / STATE).is_file():
        named = json.loads((path / STATE).read_text())["_data_files"]
        files = [path / each["filename"] for each in named]
    else:
        files = sorted(each for each in path.iterdir() if each.suffix in OPENED_BY)
    record = recorded(path)
    if record is not None and not record["finished"]:
        raise ValueError(
            f"Expected a whole recording in {path}. Received: one that was interrupted. Call "
            "kerae.data.record_activations again, which goes on with it."
        )
    kinds = {file.suffix for file in files}
    missing = [file.name for file in files if not file.is_file()]
    if len(kinds) != 1 or missing:
        received = (
            f"{', '.join(missing)} missing" if missing else ", ".join(sorted(kinds)) or "none"
        )
        raise ValueError(f"{expected}, all of one kind. Received: {received}.")
    return files
