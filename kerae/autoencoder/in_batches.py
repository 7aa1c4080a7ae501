"""Functions of a trained model, compiled once and called batch by batch on NumPy arrays."""

from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import ops

from .. import backend
from ..checks.numbers import check_count
from ..noise.threefry import int32

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


BATCH_SIZE = 256


def in_batches(
    model: "Autoencoder",
    function: Any,
    arrays: tuple,
    batch_size: int = BATCH_SIZE,
    **integers: Any,
):
    """What `function(*batch, **integers)` gives for all batches, which are all of one size.

    Args:
        model: `kerae.Autoencoder` whose variables the function reads; it keeps what is compiled.
        function: From tensors to a tensor, or a structure of tensors, with an axis of examples. Or
            a `functools.partial` of one; the variables of layers among its keywords are read too.
        arrays: Tuple of arrays of equal length, cut into batches together.
        batch_size: Integer, the number of examples computed at once.
        **integers: Integers that may change without a new compilation.
    Returns:
        NumPy array, or the structure of arrays.
    """
    check_count("batch_size", batch_size)
    keywords = getattr(function, "keywords", {})
    # By the function itself: two closures may have one name.
    key = (getattr(function, "func", function), *keywords.items())
    cache = model.__dict__.setdefault("_compiled", {})
    if key not in cache:
        layers = [each for each in keywords.values() if isinstance(each, keras.Layer)]
        cache[key] = backend.compiled(model, function, *layers)
    integers = {name: ops.convert_to_tensor(int32(i), "int32") for name, i in integers.items()}
    count = len(arrays[0])
    # Few examples are padded to a power of two, so that few shapes are compiled.
    batch_size = min(batch_size, 1 << (count - 1).bit_length())
    results = []
    for start in range(0, count, batch_size):
        batch = _padded([array[start : start + batch_size] for array in arrays], batch_size)
        result = cache[key](*map(ops.convert_to_tensor, batch), **integers)
        results.append(keras.tree.map_structure(ops.convert_to_numpy, result))
    return keras.tree.map_structure(lambda *parts: np.concatenate(parts)[:count], *results)


def in_turn(function, batches, batch_size):
    """What `function(arrays)` gives for all batches of a data set, each read when it is needed.

    Args:
        function: From a tuple of arrays to an array, or a structure of arrays, with an axis of
            examples.
        batches: Iterable of such tuples. Those smaller than one before are padded, so that few
            shapes are compiled.
        batch_size: Integer, the number of examples that the function computes at once.
    Returns:
        NumPy array, or the structure of arrays.
    """
    results, size = [], 0
    for arrays in batches:
        count = len(arrays[0])
        size = max(size, min(count, batch_size))
        result = function(_padded(arrays, size))
        results.append(keras.tree.map_structure(lambda part, count=count: part[:count], result))
    return keras.tree.map_structure(lambda *parts: np.concatenate(parts), *results)


def _padded(arrays, size):
    """The arrays with their last row repeated until they have `size` rows, if they have fewer."""
    missing = max(0, size - len(arrays[0]))
    return tuple(np.concatenate([a, np.repeat(a[-1:], missing, axis=0)]) for a in arrays)
