"""Files that appear whole or not at all."""

import os
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(path):
    """Yields a path beside `path` to write to, and moves it there when nothing went wrong.

    Raises:
        OSError: If the folder cannot be made or written, with what to do.
    """
    path = Path(path)
    partial = path.with_name(f".{os.getpid()}-{path.name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield partial
        os.replace(partial, path)
    except OSError as error:
        raise OSError(
            f"Cannot write {path}: {error}. Choose a folder that you may write to and that has "
            "room; what was there before is as it was."
        ) from error
    finally:
        if partial.exists():
            partial.unlink()
