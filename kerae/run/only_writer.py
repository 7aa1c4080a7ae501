import os
import platform
import time
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from ..distribution import is_first
from ..files import remove_leftovers

LOCK, WRITER = ".lock", ".writer"


@contextmanager
def only_writer(folder: Path):
    """Makes this process the only one that writes a run to `folder`, a `pathlib.Path`.

    The lock belongs to the open file: it goes with the process, however that ends. Of processes
    that train one model together the first holds it. What killed writers left is removed.

    Raises:
        OSError: If the folder cannot be made or written.
        RuntimeError: If another process writes there, with its name.
    """
    if not is_first():
        yield
        return
    lock, writer = FileLock(folder / LOCK), folder / WRITER
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout:
        raise RuntimeError(
            f"Expected a folder in which no other process trains. Received: {folder}, which "
            f"{_name_in(writer)} writes. Wait until it has ended, or choose another folder."
        ) from None
    except OSError as error:
        raise OSError(
            f"Cannot write {folder}: {error}. Choose a folder that you may write to and that has "
            "room."
        ) from error
    try:
        since = time.strftime("%Y-%m-%d %H:%M:%S")
        writer.write_text(f"process {os.getpid()} on {platform.node()} since {since}")
        for each in (folder, folder / "checkpoints", folder / "figures"):
            remove_leftovers(each)
        yield
    finally:
        writer.unlink(missing_ok=True)
        with suppress(OSError):  # where a file that is open cannot be removed
            (folder / LOCK).unlink()
        lock.release()


def _name_in(writer):
    try:
        return writer.read_text() or "another process"
    except OSError:  # it has only just begun
        return "another process"
