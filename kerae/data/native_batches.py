"""Batches of users' data sets, of arrays that every backend takes."""

from types import GeneratorType
from typing import Any

import keras
import numpy as np

from ..checks.given import as_native


class NativeBatches(keras.utils.PyDataset):
    """The batches of another `keras.utils.PyDataset`, as `native` makes them.

    Args:
        dataset: `keras.utils.PyDataset`.
    """

    def __init__(self, dataset: keras.utils.PyDataset) -> None:
        super().__init__(dataset.workers, dataset.use_multiprocessing, dataset.max_queue_size)
        self._dataset = dataset

    @property
    def num_batches(self) -> int | None:
        return self._dataset.num_batches

    def __getitem__(self, index: int):
        return native(self._dataset[index])

    def on_epoch_begin(self) -> None:
        self._dataset.on_epoch_begin()

    def on_epoch_end(self) -> None:
        self._dataset.on_epoch_end()


def with_native_batches(dataset: Any) -> Any:
    """The data set, with `native` batches where Keras hands on a user's arrays as they are."""
    if isinstance(dataset, GeneratorType):
        return (native(batch) for batch in dataset)
    return NativeBatches(dataset) if isinstance(dataset, keras.utils.PyDataset) else dataset


def native(batch: Any) -> Any:
    """A batch whose arrays are in an order of bytes, with strides and of numbers that PyTorch and
    the others take; they are copied only where that is needed."""
    return keras.tree.map_structure(
        lambda each: as_native(each) if isinstance(each, np.ndarray) else each, batch
    )
