from typing import TYPE_CHECKING

import keras
import numpy as np

from .. import backend

if TYPE_CHECKING:
    from .activations import Activations


class MixedBatches(keras.utils.PyDataset):
    """The mixed batches of `kerae.data.Activations`, from one of them on.

    A loop that trains on many of them in one call takes them as one array on the device.

    Args:
        activations: `kerae.data.Activations`.
        batch_size: Integer.
        steps: Integer, the batches of an epoch. Defaults to those of a pass.

    Attributes:
        tensors: What `take` has brought to the device, packed as Keras packs a batch.
    """

    looked_at = False  # nobody has read the whole before

    def __init__(
        self, activations: "Activations", batch_size: int, steps: int | None = None
    ) -> None:
        super().__init__()
        self._activations = activations
        self._batch_size = batch_size
        self._steps = steps or activations.rows // batch_size
        self._start = self._taken = 0
        self.tensors = None

    @property
    def num_batches(self) -> int:
        return self._steps

    def __len__(self) -> int:
        return self._steps

    def __getitem__(self, index):
        return (_own_part(self._activations.mixed(self._start + index, self._batch_size)),)

    def shuffle(self, seed: tuple) -> None:
        """Goes on in the endless order.

        Args:
            seed: As for `kerae.data.Batches`; its second number, the steps that the model was
                trained for, is that of the batch.
        """
        self._start, self._taken = int(seed[1]), 0

    def take(self, count: int) -> tuple:
        """As that of `kerae.data.ResidentBatches`: rows of what is in `tensors` then."""
        size, whole = self._batch_size, min(count, self._steps - self._taken)
        parts, missing = [], whole
        while missing:
            number = self._start + self._taken
            parts.append(self._activations.mixed(number, size, missing))
            self._taken += len(parts[-1]) // size
            missing -= len(parts[-1]) // size
        if whole < count:  # so that there is one shape to compile for
            parts.append(np.zeros(((count - whole) * size, *parts[0].shape[1:]), "float32"))
        x = parts[0] if len(parts) == 1 else np.concatenate(parts)
        self.tensors = keras.utils.pack_x_y_sample_weight(backend.on_device(x))
        rows = np.arange(count * size, dtype="int32").reshape(count, size)
        return rows, whole, rows[:0, 0]


class OrderedBatches(keras.utils.PyDataset):
    """The batches of `kerae.data.Activations` in the order of the files, to evaluate a model on.

    Args:
        activations: `kerae.data.Activations`.
    """

    def __init__(self, activations: "Activations") -> None:
        super().__init__()
        self._activations = activations

    def __len__(self) -> int:
        return len(self._activations)

    def __getitem__(self, index):
        return (_own_part(self._activations.in_order(index)),)


def _own_part(x: np.ndarray):
    """What this process feeds of a batch, where several train a model together."""
    rows, repeated = backend.own_rows(np.arange(len(x)))
    x = x if len(rows) == len(x) and repeated is None else x[rows]
    return x if repeated is None else (x, repeated)
