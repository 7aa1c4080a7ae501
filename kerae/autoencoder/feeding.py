"""What `fit` and `evaluate` read: arrays, and files of vectors, as batches."""

import math
from typing import TYPE_CHECKING, Any

from .. import backend
from ..checks.data import checked_arrays, checked_examples
from ..checks.data_sets import check_alone, check_dataset, part_of
from ..checks.given import is_array
from ..data.activations import Activations
from ..data.batches import Batches
from ..data.dataset import Dataset
from ..data.mixed_batches import MixedBatches, OrderedBatches
from ..data.native_batches import with_native_batches
from ..data.resident_batches import ResidentBatches
from .many_steps import steps_a_call

if TYPE_CHECKING:
    from .autoencoder import Autoencoder

BATCH_SIZE = 32  # as in Keras


def batches_of_arrays(
    model: "Autoencoder", arrays: tuple, batch_size: int, callbacks: Any, options: dict
):
    """Batches of arrays to train on, and the steps that a call trains for, as `steps_a_call` says.

    Args:
        model: Compiled `kerae.Autoencoder`.
        arrays: Tuple `(x, y, sample_weight)`; the last two may be `None`.
        batch_size: Integer.
        callbacks: List of the user's callbacks.
        options: Dict of what else `fit` was given.
    """
    _begin_fit(model, len(arrays[0]))
    batches = math.ceil(len(arrays[0]) / batch_size)
    steps = steps_a_call(model, batches, batches, _nbytes(arrays), callbacks, options)
    return (ResidentBatches if steps else Batches)(arrays, batch_size), steps


def batches_of_activations(
    model: "Autoencoder", x: Activations, batch_size: int | None, callbacks: Any, options: dict
):
    """The same of `kerae.data.Activations`, of which a call gets as many as half a chunk holds.

    Of `options` it takes `steps_per_epoch`, which is then no longer for Keras to count.

    Raises:
        ValueError: If they do not fit the model, or are no batch.
    """
    batch_size = batch_size or x.batch_size
    checked_examples(model, x.first_rows())
    if x.rows < batch_size or x.chunk_rows < batch_size:
        raise ValueError(
            f"Expected `batch_size` to be at most {min(x.rows, x.chunk_rows)}, the rows that there "
            f"are, or a quarter of `memory`. Received: {batch_size}."
        )
    _begin_fit(model, x.rows)
    batches = MixedBatches(x, batch_size, options.pop("steps_per_epoch", None))
    most = max(1, x.chunk_rows // (2 * batch_size))
    size = most * batch_size * 4 * x.input_shape[0]
    return batches, steps_a_call(model, len(batches), most, size, callbacks, options)


def data_to_evaluate(model: "Autoencoder", x: Any, y: Any, sample_weight: Any, batch_size: int):
    """The tuple `(x, y, sample_weight)` that Keras evaluates a model on.

    Raises:
        ValueError: If the data do not fit the model.
    """
    if isinstance(x, Dataset):
        x, y = part_of(x, "test", y)
    if isinstance(x, Activations):
        check_alone(x, y=y, sample_weight=sample_weight)
        checked_examples(model, x.first_rows())
        return OrderedBatches(x), None, None
    if not is_array(x):
        check_dataset(model, x, model.label_readers)
        return with_native_batches(x), y, sample_weight
    arrays = checked_arrays(model, x, y, sample_weight)
    # Keras puts arrays on TensorFlow's device as a whole, and gives every process all rows.
    whole = backend.replicas() == 1 and backend.has_room_for(_nbytes(arrays))
    return arrays if whole else (Batches(arrays, batch_size), None, None)


def _begin_fit(model, count):
    for term in model.terms:
        term.begin_fit(count)


def _nbytes(arrays):
    return sum(array.nbytes for array in arrays if array is not None)
