"""What data a model takes: said in one line before any training."""

import numpy as np

from .arrays import check_array, check_finite
from .given import as_array

EXAMPLES_TO_PREPROCESS = 256


def checked_arrays(model, x, y=None, sample_weight=None) -> tuple:
    """The arguments as NumPy arrays (or `None`).

    Raises:
        ValueError: If the data do not fit the model, or the lengths differ.
    """
    x = checked_examples(model, x)
    y, sample_weight = (
        given if given is None else as_array(given, name)
        for name, given in (("y", y), ("sample_weight", sample_weight))
    )
    if model.label_readers:
        (y,) = checked_labels(model, model.label_readers, y, len(x))  # pyright: ignore[reportAssignmentType]
    if y is None:
        # Without labels Keras drops the weights; what they are does not matter here.
        y = sample_weight
    for name, array in (("sample_weight", sample_weight), ("y", y)):
        if array is not None and len(array) != len(x):
            raise ValueError(
                f"Expected `{name}` to be as long as `x`. Received: {len(array)} and {len(x)}."
            )
    if sample_weight is not None:
        if sample_weight.size != len(x):
            raise ValueError(
                f"Expected one number an example as `sample_weight`, shape {(len(x),)}. Received: "
                f"shape {sample_weight.shape}. Weigh pixels by a likelihood of your own."
            )
        check_finite(sample_weight, "sample_weight")
    return x, y, sample_weight


def checked_examples(model, x):
    """Examples as a NumPy array, of the shape and with the values that the model takes.

    Raises:
        ValueError: If they do not fit the model.
    """
    x = as_array(x, "x")
    integers = model.preprocessing is not None  # which makes floats of them on the device
    check_array(x, model.input_shape, "x", model.input_dtype, integers)
    first = getattr(model.preprocessing, "layers", [model.preprocessing])[0]
    if hasattr(first, "check"):
        first.check(x)
    if not model.target.reads_labels:
        some = x if model.preprocessing is None else x[:EXAMPLES_TO_PREPROCESS]
        model.likelihood.check(model.targets_in_batches(some))
    return x


def check_label_readers(readers):
    """Checks that the parts of a model that read labels can read the same ones.

    Raises:
        ValueError: If they take `y` of different shapes or kinds.
    """
    kinds = [f"{type(each).__name__} of shape {each.y_shape}, {each.y_dtype}" for each in readers]
    if len({(each.y_shape, each.y_dtype) for each in readers}) > 1:
        raise ValueError(
            "Expected condition, target and adversary to read the same `y`. Received: one for "
            f"{' and one for '.join(kinds)}. Make one of them read none."
        )


def checked_labels(model, readers, y, count):
    """The labels or vectors that parts of the model read, as a tuple of one array, or of none.

    Args:
        readers: List of the parts that read them.
        y: Array of `count` labels or vectors, or `None`.
    Raises:
        ValueError: If they are missing, too many, unknown, or nothing reads them.
    """
    name = type(model).__name__
    if not readers:
        if y is not None:
            received = f"an array of shape {np.shape(y)}" if np.ndim(y) else repr(y)
            raise ValueError(
                f"This {name} is not conditional. Received: `y`, {received}. Leave it out."
            )
        return ()
    expected = f"{(count, *readers[0].y_shape)}, one for each example"
    if y is None:
        raise ValueError(f"This {name} needs `y` of shape {expected}. Received: none.")
    y = as_array(y, "y")
    if y.shape != (count, *readers[0].y_shape):
        raise ValueError(f"Expected `y` of shape {expected}. Received: shape {y.shape}.")
    kind = np.integer if "int" in readers[0].y_dtype else np.number
    if not np.issubdtype(y.dtype, kind):
        raise ValueError(f"Expected `y` to hold {readers[0].y_dtype}. Received: {y.dtype}.")
    for part in readers:
        part.check(y)
    if model.target in readers:
        model.likelihood.check(y)
    return (y.astype(readers[0].y_dtype),)


def repeated_label(readers, y, count):
    """`y`, or `count` times `y` if it is a single label or vector of those that parts read."""
    if y is None or not readers or np.ndim(y) != len(readers[0].y_shape):
        return y
    return np.broadcast_to(y, (count, *np.shape(y)))
