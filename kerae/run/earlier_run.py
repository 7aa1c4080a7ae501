from pathlib import Path
from typing import Any, Self

import keras

from ..distribution import is_first
from ..files import remove, remove_at_once

# By other commands, about a model that is no longer there.
ABOUT = ("report.html", "report.json", "report.parquet", "scores.parquet")
WRITTEN = ("run.json", "model.keras", "history.csv", "figures", "checkpoints", *ABOUT)


class EarlierRun(keras.callbacks.Callback):
    """Keeps the run that a new one replaces until the new one has a whole epoch.

    Till then its files lie in `.earlier`; where the new run fails before, or is killed, they are
    put back. A context manager around the new run, and a callback, to be called after the
    checkpoint is written.

    Args:
        out: `pathlib.Path` of the run folder.
    """

    def __init__(self, out: Path) -> None:
        super().__init__()
        self.out = out
        self.folder = out / ".earlier"

    def files(self) -> list[str]:
        """The names of what a run has written."""
        return [name for name in WRITTEN if (self.out / name).exists()]

    def set_aside(self) -> None:
        """Moves the files of the earlier run out of the way."""
        if is_first():
            for name in self.files():
                self.folder.mkdir(exist_ok=True)
                (self.out / name).rename(self.folder / name)

    def put_back(self) -> None:
        """Moves them back, also those that a killed process had set aside."""
        if is_first() and self.folder.is_dir():
            for path in self.folder.iterdir():
                remove(self.out / path.name)
                path.rename(self.out / path.name)
            self.folder.rmdir()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind, *_):
        if kind is not None:
            self.put_back()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        if is_first():
            remove_at_once(self.folder)
