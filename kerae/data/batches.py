import math

import keras
import numpy as np

from ..backend import own_rows


class Batches(keras.utils.PyDataset):
    """Arrays in batches, in an order that depends on a seed alone.

    Where processes train a model together, each has a part of every batch.

    Args:
        arrays: Tuple `(x, y, sample_weight)`; the last two may be `None`.
        batch_size: Integer, of all processes; the last batch of an epoch may be smaller.
    """

    def __init__(self, arrays: tuple, batch_size: int) -> None:
        super().__init__()
        self._arrays = arrays
        self._batch_size = batch_size
        self._order = np.arange(len(arrays[0]))

    def __len__(self) -> int:
        return math.ceil(len(self._order) / self._batch_size)

    def __getitem__(self, index):
        rows = self._order[index * self._batch_size : (index + 1) * self._batch_size]
        rows, repeated = own_rows(rows)
        x, y, sample_weight = (a if a is None else a[rows] for a in self._arrays)
        x = x if repeated is None else (x, repeated)
        return keras.utils.pack_x_y_sample_weight(x, y, sample_weight)

    def shuffle(self, seed: int) -> None:
        """Puts the examples in a new order; `seed` as for `numpy.random.default_rng`."""
        self._order = np.random.default_rng(seed).permutation(len(self._order))
