"""An array of whatever a user gives as one."""

from typing import Any

import numpy as np

SCALARS = (str, bytes, bool, int, float, complex, type(None))
GIVEN_AS_ONE = ("toarray", "todense")  # what sparse matrices have


def is_array(x: Any) -> bool:
    """Whether `x` is to be read as one array, rather than as a data set of batches.

    Lists, frames, tensors and sparse matrices are, and what is neither: `as_array` refuses it.
    """
    kinds = (*SCALARS, list, tuple, dict, set)
    return hasattr(x, "__array__") or isinstance(x, kinds) or _is_sparse(x)


def as_array(x: Any, name: str) -> np.ndarray:
    """What is given as an array, as a NumPy array that every backend takes.

    Arrays, memory maps, tensors of every framework, frames of pandas and polars, and lists of such
    of equal shape. It is copied only where that is needed: for another byte order, strides that
    run backwards, extended precision or bfloat16.

    Args:
        x: The object.
        name: String, the argument that it was given as.
    Raises:
        ValueError: If it is no array of numbers, or one with masked elements.
    """
    if _is_sparse(x):
        raise ValueError(
            f"Expected `{name}` as a dense array. Received: a sparse {type(x).__name__}. Give "
            f"`{name}.toarray()`, a part at a time if it is large."
        )
    if isinstance(x, (dict, set, *SCALARS)):
        raise ValueError(
            f"Expected `{name}` as an array. Received: {_short(x)}. Give one NumPy array, with an "
            "axis of examples first."
        )
    array = _converted(x, name)
    if array.dtype.kind not in "fiub" and array.dtype.name != "bfloat16":
        holds = "other objects" if array.dtype.kind == "O" else str(array.dtype)
        raise ValueError(
            f"Expected `{name}` to hold real numbers. Received: {holds} in {_kind(x)} of shape "
            f"{array.shape}. Convert it, such as by `{name}.astype('float32')`."
        )
    return as_native(array)


def as_native(array: np.ndarray) -> np.ndarray:
    """The array, or a copy of a dtype and in a layout that every backend takes, PyTorch too."""
    if array.dtype.name == "bfloat16":
        return array.astype("float32")
    if array.dtype.kind == "f" and array.dtype.itemsize > 8:
        return array.astype("float64")
    if array.dtype.kind == "u" and array.dtype.itemsize > 1:  # of which PyTorch takes no rows
        return array.astype("int32" if array.dtype.itemsize == 2 else "int64")
    if not array.dtype.isnative:
        return array.astype(array.dtype.newbyteorder("="))
    backwards = any(stride < 0 for stride in array.strides)  # which PyTorch does not take
    return np.ascontiguousarray(array) if backwards else array


def _converted(x, name):
    if isinstance(x, list | tuple) and any(isinstance(each, dict | list | tuple) for each in x):
        shapes = None
    elif isinstance(x, list | tuple):
        x = [_one(each, name) for each in x]
        shapes = sorted({np.shape(each) for each in x})
    else:
        x, shapes = _one(x, name), None
    if shapes is not None and len(shapes) > 1:
        raise ValueError(
            f"Expected `{name}` as one array, or examples of one shape. Received: {len(x)} arrays "
            f"of shapes {', '.join(map(str, shapes[:3]))}. A model takes one input: bring them to "
            "one shape, or concatenate them."
        )
    try:
        array = np.asarray(x)
        return _of_objects(array) if array.dtype.kind == "O" else array
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"Expected `{name}` as an array of numbers. Received: {_kind(x)} of which NumPy makes "
            f"none ({error}). Give one NumPy array, with an axis of examples first."
        ) from error


def _one(x, name):
    """An array or a tensor as NumPy reads it."""
    if isinstance(x, np.ma.MaskedArray):
        masked = np.ma.count_masked(x)
        if masked:
            raise ValueError(
                f"Expected `{name}` with all its numbers. Received: a masked array, {masked} of "
                f"its {x.size} elements masked. Fill them, such as by `{name}.filled(0)`."
            )
        return x.data
    if hasattr(x, "detach"):  # a tensor of PyTorch, which may need a gradient or lie on a device
        x = x.detach().cpu()
        return x.float() if str(x.dtype) == "torch.bfloat16" else x
    return x


def _of_objects(array):
    """Arrays and numbers inside of an array of objects, as one array."""
    flat = [np.asarray(each) for each in array.ravel()]
    if not flat or any(each.dtype.kind not in "fiub" for each in flat):
        return array
    return np.stack(flat).reshape(*array.shape, *flat[0].shape)


def _is_sparse(x):
    return any(hasattr(x, name) for name in GIVEN_AS_ONE)


def _kind(x):
    return f"a {type(x).__name__}"


def _short(x):
    return repr(x) if isinstance(x, SCALARS) and len(repr(x)) < 40 else _kind(x)
