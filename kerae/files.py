"""Files and folders that appear whole or not at all."""

import os
import platform
import re
import shutil
import tempfile
import time
import zipfile
from collections.abc import Sequence
from contextlib import contextmanager
from pathlib import Path

from .checks.types import FilePath
from .distribution import is_first

BEFORE, DAY = "before@", 24 * 60 * 60  # seconds
LEFTOVER = re.compile(rf"\.(?P<process>\d+)@(?P<machine>[^@]+)@(?P<before>{BEFORE})?(?P<name>.+)")


def check_replaceable(folder: FilePath, names: Sequence[str]) -> None:
    """Checks, before any work is done for it, that a folder is new, or holds these names alone.

    Raises:
        ValueError: If it holds something else, which would be lost.
    """
    folder = Path(folder)
    if folder.is_dir():
        others = sorted({each.name for each in folder.iterdir()} - set(names))
    else:
        others = [folder.name] if folder.exists() else []
    if others:
        raise ValueError(
            f"Expected a folder that is new, or one with {' and '.join(names)} alone, which is "
            f"replaced. Received: {folder}, with {others[0]}. Choose another one."
        )


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
    partial, before = (path.with_name(f"{_writer()}{kind}{path.name}") for kind in ("", BEFORE))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        remove_leftovers(path.parent, path.name)
        remove(partial)  # of another process that had this one's name
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
        remove(partial)
        remove(before)


def remove(path: Path) -> None:
    """Removes a file, or a folder with all that is in it, if there is one."""
    if path.is_dir():
        shutil.rmtree(path)
    elif path.exists():
        path.unlink(missing_ok=True)


def remove_at_once(path: Path) -> None:
    """The same for a folder that another process must not find half removed."""
    if path.exists():
        leftover = path.with_name(f"{_writer()}{path.name}")
        path.rename(leftover)
        remove(leftover)


def remove_leftovers(folder: Path, name: str | None = None) -> None:
    """Removes what writers that were killed left in a folder.

    Those are processes of this machine that are no more, and writers that have touched nothing for
    a day. A folder that one of them was about to replace is put back.

    Args:
        folder: `pathlib.Path`.
        name: String, of the file whose leftovers are meant. Defaults to all.
    """
    for path in folder.glob(".*"):
        match = LEFTOVER.fullmatch(path.name)
        if not match or name not in (None, match["name"]) or not _is_left(path, match):
            continue
        if match["before"] and not path.with_name(match["name"]).exists():
            path.rename(path.with_name(match["name"]))
        remove(path)


def _writer():
    """How what this process writes for a while begins."""
    return f".{os.getpid()}@{platform.node()}@"


def _is_left(path, match):
    try:
        if os.name == "posix" and match["machine"] == platform.node():
            os.kill(int(match["process"]), 0)
        return time.time() - path.stat().st_mtime > DAY
    except ProcessLookupError:
        return True
    except OSError:  # a process of somebody else's, or a file that is gone meanwhile
        return False


def is_whole(path: Path) -> bool:
    """Whether there is a `.keras` file at `path` of which every byte is as it was written."""
    try:
        with zipfile.ZipFile(path) as file:
            return file.testzip() is None
    except (OSError, zipfile.BadZipFile):
        return False


def checked_path(path: FilePath, suffix: str, overwrite: bool):
    """The path of a file to write, a `pathlib.Path`.

    Raises:
        ValueError: If it has another suffix.
        FileExistsError: If there is such a file, and `overwrite` is false.
    """
    path = Path(path)
    if path.suffix != suffix:
        raise ValueError(f"Expected `path` to end in {suffix}. Received: {path}.")
    refuse_existing(path, overwrite)
    return path


def cache_folder() -> Path:
    """Where what can be made again is kept: the folder `KERAE_CACHE`, by default of the user."""
    folder = os.environ.get("KERAE_CACHE")
    return Path(folder) if folder else Path.home() / ".cache" / "kerae"


def checked_model_file(path: FilePath):
    """The path of a `.keras` file to read, a `pathlib.Path`.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is truncated, or of another kind.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"There is no file {path}.")
    if path.suffix != ".keras" or not zipfile.is_zipfile(path):
        raise ValueError(
            f"{path} is no complete `.keras` file: it is truncated or of another kind. "
            "Take an earlier checkpoint, or save the model again with model.save(...)."
        )
    return path


def refuse_existing(path: FilePath, overwrite: bool):
    """Raises a `FileExistsError` if there is something at `path` that may not be replaced."""
    if Path(path).exists() and not overwrite:
        raise FileExistsError(f"{path} exists already. Pass overwrite=True to replace it.")
