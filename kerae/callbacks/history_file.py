import csv
import io
import warnings
from itertools import takewhile
from pathlib import Path
from typing import Any

import keras

from ..checks.types import FilePath
from ..distribution import is_first
from ..files import replacing


class HistoryFile(keras.callbacks.Callback):
    """Writes what is logged as a CSV file, an epoch a row; it goes on with one that is there.

    The file appears whole or not at all. Rows of epochs that are trained again are dropped.

    Args:
        path: `pathlib.Path` of the file.
        epochs_done: Integer, the number of rows to keep.
    """

    def __init__(self, path: Path, epochs_done: int = 0) -> None:
        super().__init__()
        self.path = path
        self.rows = []
        if epochs_done:
            self.rows = [row for row in _rows(path) if float(row["epoch"]) <= epochs_done]
        lost = epochs_done - len(self.rows)
        if lost and is_first():
            warnings.warn(
                f"{path} is damaged or missing: {lost} of the {epochs_done} epochs done are not in "
                "it.",
                stacklevel=2,
            )

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        row = {"epoch": epoch + 1, **(logs or {})}
        self.rows = [*(each for each in self.rows if each.keys() == row.keys()), row]
        text = io.StringIO()
        writer = csv.DictWriter(text, fieldnames=self.rows[0])
        writer.writeheader()
        writer.writerows(self.rows)
        with replacing(self.path) as partial:
            partial.write_text(text.getvalue())


def read_history(path: FilePath) -> dict[str, list[float]]:
    """What `HistoryFile` wrote: a dict of lists of floats, a quantity each."""
    rows = _rows(Path(path))
    return {name: [float(row[name]) for row in rows] for name in rows[0]} if rows else {}


def _rows(path):
    """The rows before the first that is damaged; none where there is no file."""
    try:
        with path.open(newline="", errors="replace") as file:
            return list(takewhile(_is_whole, csv.DictReader(file)))
    except (OSError, csv.Error):
        return []


def _is_whole(row):
    try:
        return "epoch" in row and bool([float(value) for value in row.values()])
    except (TypeError, ValueError):
        return False
