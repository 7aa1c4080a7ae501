import keras
import numpy as np

from .. import backend
from .batches import Batches


class ResidentBatches(Batches):
    """Batches of arrays that lie on the device as a whole, so that a step needs row numbers alone.

    A loop that trains on many of them in one call takes their rows.

    Args:
        arrays: Tuple `(x, y, sample_weight)`; the last two may be `None`.
        batch_size: Integer; the last batch of an epoch may be smaller.

    Attributes:
        tensors: The arrays on the device, packed as Keras packs a batch.
    """

    looked_at = True  # as `fit` does with arrays

    def __init__(self, arrays: tuple, batch_size: int) -> None:
        super().__init__(arrays, batch_size)
        given = [array if array is None else backend.on_device(array) for array in arrays]
        self.tensors = keras.utils.pack_x_y_sample_weight(*given)
        self._taken = 0

    def take(self, count: int) -> tuple:
        """The rows of the next `count` batches, or of those that are left of an epoch.

        Returns:
            Array `(count, batch_size)` of rows, of which zeros at the end are no batches; the
            number of whole batches in it; the rows of a last batch that is smaller.
        """
        first = self._taken * self._batch_size
        self._taken += count
        rows = self._order[first : self._taken * self._batch_size].astype("int32")
        if self._taken >= len(self):
            self._taken = 0
        whole = len(rows) // self._batch_size
        split = whole * self._batch_size
        padded = np.zeros((count, self._batch_size), rows.dtype)
        padded.flat[:split] = rows[:split]
        return padded, whole, rows[split:]
