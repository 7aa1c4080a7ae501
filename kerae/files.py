"""Files and folders that appear whole or not at all."""

import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path

from .checks.types import FilePath
from .distribution import is_first


@contextmanager
def replacing(path: FilePath):
    """Yields a path beside `path` to write to, and moves it there when nothing went wrong.

    What was there before stays until then. Of the processes that train one model only the first
    writes; what the others make, as some of it takes all of them, is thrown away.

    Example:

    >>> import tempfile
    >>> from pathlib import Path
    >>> path = Path(tempfile.mkdtemp()) / "table.md"
    >>> with kerae.files.replacing(path) as partial:
    ...     _ = partial.write_text("| model | nats |")
    ...     path.exists()
    False
    >>> path.read_text()
    '| model | nats |'

    Raises:
        OSError: If the folder cannot be made or written, with what to do.
    """
    path = Path(path)
    if not is_first():
        with tempfile.TemporaryDirectory() as elsewhere:
            yield Path(elsewhere) / path.name
        return
    partial = path.with_name(f".{os.getpid()}-{path.name}")
    before = path.with_name(f".{os.getpid()}-before-{path.name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield partial
        if path.is_dir():  # which a folder cannot replace in one step
            path.rename(before)
        os.replace(partial, path)
    except OSError as error:
        raise OSError(
            f"Cannot write {path}: {error}. Choose a folder that you may write to and that has "
            "room; what was there before is as it was."
        ) from error
    finally:
        if before.exists() and not path.exists():
            before.rename(path)
        for left in (partial, before):
            if left.is_dir():
                shutil.rmtree(left)
            elif left.exists():
                left.unlink()


def checked_path(path: FilePath, suffix: str, overwrite: bool):
    """The path of a file to write, a `pathlib.Path`.

    Raises:
        ValueError: If it has another suffix.
        FileExistsError: If there is such a file, and `overwrite` is false.
    """
    path = Path(path)
    if path.suffix != suffix:
        raise ValueError(f"Expected a path that ends in `{suffix}`. Received: {path}")
    refuse_existing(path, overwrite)
    return path


def refuse_existing(path: FilePath, overwrite: bool):
    """Raises a `FileExistsError` if there is something at `path` that may not be replaced."""
    if Path(path).exists() and not overwrite:
        raise FileExistsError(f"{path} exists already. Pass overwrite=True to replace it.")
