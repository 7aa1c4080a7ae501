import csv
import io
from pathlib import Path
from typing import Any

import keras

from ..checks.types import FilePath
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
            self.rows = [row for row in _rows(path) if int(row["epoch"]) <= epochs_done]

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self.rows.append({"epoch": epoch + 1, **(logs or {})})
        text = io.StringIO()
        writer = csv.DictWriter(text, fieldnames=self.rows[0])
        writer.writeheader()
        writer.writerows(self.rows)
        with replacing(self.path) as partial:
            partial.write_text(text.getvalue())

    def columns(self) -> dict[str, list[float]]:
        """Dict of lists of floats, a quantity each."""
        return _columns(self.rows)


def read_history(path: FilePath) -> dict[str, list[float]]:
    """What `HistoryFile` wrote, as `HistoryFile.columns` gives it."""
    return _columns(_rows(path))


def _rows(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def _columns(rows):
    return {name: [float(row[name]) for row in rows] for name in rows[0]} if rows else {}
