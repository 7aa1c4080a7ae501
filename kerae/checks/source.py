"""Where data come from."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # as the command line asks before NumPy is needed
    from .types import FilePath

FILES = (".npz", ".npy", ".safetensors", ".parquet", ".arrow")


def path_of_source(name: "FilePath", data_dir: "FilePath | None" = None) -> Path | None:
    """The file or folder that `kerae.data.load` is to read, or `None` for the name of a data set.

    Raises:
        FileNotFoundError: If there is nothing at the path.
        ValueError: If there is a file of another kind.
    """
    path = Path(name).expanduser()
    is_path = path.exists() or path.suffix in FILES or len(path.parts) > 1
    if name in ("digits", "shapes") or data_dir is not None or not is_path:
        return None
    if path.is_dir() or (path.suffix in FILES and path.exists()):
        return path
    expected = "Expected a folder of IDX files, images or activations, or an .npz file"
    if path.exists():
        raise ValueError(f"{expected}. Received: {path}.")
    raise FileNotFoundError(
        f"{expected}, at {path}. Received: nothing there. Correct the path; "
        "for a TensorFlow Datasets name with a slash give `data_dir` too."
    )
