import math

import keras
import numpy as np


class ShuffledBatches(keras.utils.PyDataset):
    """Arrays in batches, in a new order at every epoch that depends on a seed alone.

    Args:
        arrays: Tuple `(x, y, sample_weight)`; the last two may be `None`.
        batch_size: Integer; the last batch of an epoch may be smaller.
        seed: Function without arguments, called when an epoch begins, that gives a seed as
            `numpy.random.default_rng` takes it.
    """

    def __init__(self, arrays, batch_size, seed):
        super().__init__()
        self._arrays = arrays
        self._batch_size = batch_size
        self._seed = seed
        self._order = np.arange(len(arrays[0]))

    def __len__(self):
        return math.ceil(len(self._order) / self._batch_size)

    def __getitem__(self, index):
        rows = self._order[index * self._batch_size : (index + 1) * self._batch_size]
        x, y, sample_weight = (a if a is None else a[rows] for a in self._arrays)
        return keras.utils.pack_x_y_sample_weight(x, y, sample_weight)

    def on_epoch_begin(self):
        self._order = np.random.default_rng(self._seed()).permutation(len(self._order))
