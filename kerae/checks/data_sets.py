"""Data sets that give batches: what a model takes of them."""

import warnings
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np

from ..data.activations import Activations
from ..data.dataset import Dataset
from .batches import batches_of
from .data import checked_examples, checked_labels
from .given import as_array, is_array


def check_dataset(model, dataset, label_readers):
    """Checks the first batch of a data set that can be read more than once.

    Raises:
        ValueError: If the batch does not fit the model.
    """
    if hasattr(dataset, "__next__"):
        return
    batch = next(batches_of(dataset.take(1) if hasattr(dataset, "take") else dataset))
    if hasattr(dataset, "batch_sampler") and not isinstance(batch, tuple | list):
        raise ValueError(
            "Expected a DataLoader that gives tuples (x,) or (x, y). Received: one that gives "
            f"{type(batch).__name__}. Wrap the tensor in torch.utils.data.TensorDataset."
        )
    x, y, _ = keras.utils.unpack_x_y_sample_weight(batch)
    x = checked_examples(model, x)
    if label_readers:
        checked_labels(model, label_readers, y, len(x))


def check_stored(model: Any, x: Any) -> None:
    """Raises a `ValueError` if `x` are `kerae.data.Activations` that a model does not train on."""
    if not isinstance(x, Activations):
        return
    if model.target.reads_labels or tuple(model.input_shape) != x.input_shape:
        needed = "pairs (x, y)" if model.target.reads_labels else f"examples {model.input_shape}"
        raise ValueError(
            f"Expected {needed} for a {type(model).__name__}. Received: {x!r}, single rows. Give "
            "arrays; or a keras.utils.PyDataset whose batches are made of their `rows_at`."
        )


def check_alone(dataset: Any, **given: Any) -> None:
    """Raises a `ValueError` if something was given beside `kerae.data.Activations`."""
    for name, value in given.items():
        if value is not None and not (isinstance(value, float) and value == 0):
            raise ValueError(
                f"Expected {dataset!r} alone. Received: `{name}` beside it. Leave it out; "
                "`hold_out` of it gives rows for `validation_data`."
            )


@contextmanager
def checked_batches(model, dataset):
    """Yields the examples of a data set, batch by batch, each checked when it is read.

    Raises:
        ValueError: If a batch does not fit the model: as it is, whatever a backend made of it.
    """
    refused = []

    def batches():
        for batch in batches_of(dataset):
            x, _, _ = keras.utils.unpack_x_y_sample_weight(batch)
            try:
                x = checked_examples(model, x)
            except ValueError as error:
                refused.append(error)
                raise
            yield (x,)

    try:
        with warnings.catch_warnings():  # as Keras warns of every generator that ends
            warnings.filterwarnings("ignore", "Your input ran out of data")
            yield batches()
    except Exception:
        if refused:
            raise refused[0] from None
        raise


def first_examples(x: Any, y: Any, count: int) -> Any:
    """The examples that data begin with, and what is given with them, before they are read for all.

    Args:
        x: Array, `kerae.data.Dataset` or data set of batches.
        y: Array, or `None`.
        count: Integer, the least number to read of a data set; of arrays all are given.
    Returns:
        Pair of arrays, the second one perhaps `None`; `None` of a generator, which gives its
        batches only once.
    """
    if isinstance(x, Dataset):
        return part_of(x, "train", y)
    if is_array(x):
        return x, y
    if isinstance(x, Activations):
        return x.sample(count), None  # from everywhere, as files may be sorted
    if hasattr(x, "__next__"):
        return None
    found, examples = 0, []
    for batch in batches_of(x):
        some, labels, _ = keras.utils.unpack_x_y_sample_weight(batch)
        examples.append((as_array(some, "x"), None if labels is None else as_array(labels, "y")))
        found += len(examples[-1][0])
        if found >= count:
            break
    xs, ys = zip(*examples)
    return np.concatenate(xs), None if ys[0] is None else np.concatenate(ys)


def part_of(dataset: Any, part: str, y: Any = None) -> tuple[np.ndarray, np.ndarray]:
    """The examples and the labels of a part of a `kerae.data.Dataset`, `"train"` or `"test"`.

    Args:
        dataset: `kerae.data.Dataset`.
        part: String.
        y: What was given as labels beside it.
    Raises:
        ValueError: If there are labels beside it.
    """
    if y is not None:
        raise ValueError(
            f"Expected {dataset!r} alone, as it has labels. Received: others beside it. Leave "
            f"them out, or pass `data.x_{part}` with them."
        )
    return getattr(dataset, f"x_{part}"), getattr(dataset, f"y_{part}")
