"""Files of vectors as a data set that `kerae.train` takes."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .activations import Activations
from .dataset import Dataset

MOST_HELD_OUT = 2**15  # rows, which are in memory
TEST = 0.05  # of the rows


@dataclass(frozen=True, eq=False, repr=False)
class StoredDataset(Dataset):
    """Rows to train on in files, `kerae.data.Activations`, and rows to test on in memory.

    Args:
        x_train: `kerae.data.Activations`.
        x_test: Float32 array `(n, features)`, of any values.
    """

    x_train: Any

    def __post_init__(self) -> None:
        """Does nothing: batches are looked at in training."""

    @property
    def input_shape(self) -> tuple[int, ...]:
        return self.x_train.input_shape

    @property
    def digest(self):
        return self.x_train.digest

    @property
    def examples_to_start_at(self) -> np.ndarray:
        return self.x_train.sample(MOST_HELD_OUT)

    def parts(self, validation: float, seed: int) -> tuple:
        count = self.x_train.rows * validation if validation < 1 else validation
        return self.x_train.hold_out(min(round(count), MOST_HELD_OUT), seed)

    def __repr__(self) -> str:
        return (
            f"StoredDataset(name={self.name!r}, train={self.x_train.rows}, test={len(self.x_test)})"
        )


def read_stored(path: Path) -> StoredDataset:
    """A twentieth of the rows, at most 32,768, are held out to test on; always the same."""
    activations = Activations(path)
    rest, x_test = activations.hold_out(max(1, min(round(TEST * activations.rows), MOST_HELD_OUT)))
    return StoredDataset(
        x_train=rest,
        y_train=np.zeros(0, np.int64),
        x_test=x_test,
        y_test=np.zeros(len(x_test), np.int64),
        name=path.resolve().stem,
        class_names=("unlabeled",),
    )
