import base64
import binascii
from itertools import chain

import numpy as np

from .refusal import Refusal, shortened

FLOATS = ("float32", "float64")
INTEGERS = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
# What JSON's values are called, and the types that orjson reads them as.
VALUES = {
    **dict.fromkeys(FLOATS, ("numbers", (float, int))),
    **dict.fromkeys(INTEGERS, ("whole numbers", (int,))),
    "bool": ("true or false", (bool,)),
    "string": ('strings, or {"b64": base64 text},', (str, dict)),
}


def as_array(value, name, tensor, limits=(None, None)):
    """The array that a value of a request stands for.

    Args:
        value: Nested lists of numbers, strings or booleans, as read from JSON.
        name: The input that it is for.
        tensor: What that input expects, with `dtype` and `shape`.
        limits: The lowest and highest value it may have, or lists of them by the shape of an
            example; None for no limit.
    Raises:
        Refusal: If the lists are ragged, of another shape, or hold something else.
    """
    values, shape, types = _flattened(value, name)
    if not _fits(shape, tensor.shape):
        raise Refusal(
            400,
            f"Expected shape {_written(tensor.shape)} in input {name!r}. "
            f"Received: {_written(shape)}.",
        )
    if tensor.dtype not in VALUES:
        raise Refusal(
            400, f"Expected an input that JSON can give. Received: {name!r} of {tensor.dtype}."
        )
    called, allowed = VALUES[tensor.dtype]
    if not types.issubset(allowed):
        other = next(value for value in values if type(value) not in allowed)
        raise Refusal(
            400,
            f"Expected {called} of type {tensor.dtype} in input {name!r}. "
            f"Received: {shortened(other)}.",
        )
    if tensor.dtype == "string":
        array = np.array([_as_bytes(value, name) for value in values], dtype=object)
    elif tensor.dtype == "bool":
        array = np.array(values, dtype=bool)
    else:
        dtype = np.dtype(tensor.dtype)
        array = _within(_numbers(values, dtype).reshape(shape), name, dtype, *limits)  # pyright: ignore[reportArgumentType, reportCallIssue]
    return array.reshape(shape)  # pyright: ignore[reportArgumentType, reportCallIssue]


def _flattened(value, name):
    """The values in nested lists, in order, the shape of the lists, and the values' types."""
    values, shape = [value], ()
    while list in (types := set(map(type, values))):
        sizes = sorted(set(map(len, values))) if types == {list} else ["a value", "a list"]
        if len(sizes) > 1:
            raise Refusal(
                400,
                f"Expected lists of one length at each level of input {name!r}. "
                f"Received: {sizes[0]} beside {sizes[1]} at level {len(shape) + 1}.",
            )
        shape += tuple(sizes)
        values = list(chain.from_iterable(values))
    return values, shape, types


def _fits(shape, expected):
    return expected is None or (
        len(shape) == len(expected)
        and all(wanted in (None, size) for size, wanted in zip(shape, expected))
    )


def _written(shape):
    sizes = ["any" if size is None else str(size) for size in shape]
    return f"({', '.join(sizes)}{',' if len(sizes) == 1 else ''})"


def _as_bytes(value, name):
    if type(value) is str:
        return value.encode()
    text = value.get("b64")
    if len(value) > 1 or type(text) is not str:
        raise Refusal(
            400,
            f'Expected a string or {{"b64": base64 text}} in input {name!r}. '
            f"Received: {shortened(value)}.",
        )
    try:
        # TensorFlow Serving takes text without its padding, too.
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refusal(
            400, f"Expected base64 text in input {name!r}. Received: {shortened(text)} ({error})."
        ) from error


def _numbers(values, dtype):
    try:
        with np.errstate(over="ignore"):
            return np.array(values, dtype=dtype)
    except OverflowError:
        return np.array(values, dtype=object)


def _within(array, name, dtype, low, high):
    range_of_type = np.iinfo(dtype) if dtype.kind in "iu" else np.finfo(dtype)
    # A float of JSON is read as a float of this type, so that the limits are, too.
    lowest = np.asarray(range_of_type.min if low is None else low, dtype)
    highest = np.asarray(range_of_type.max if high is None else high, dtype)
    outside = ~((lowest <= array) & (array <= highest))
    if outside.any():
        least, most = (np.broadcast_to(of, array.shape)[outside][0] for of in (lowest, highest))
        place = f", place {np.argwhere(outside)[0][1:].tolist()}" if highest.ndim else ""
        scaled = dtype.kind == "f" and (low, high) != (None, None)
        raise Refusal(
            400,
            f"Expected values from {_number(least)} to {_number(most)} in input {name!r}{place}. "
            f"Received: {_number(array[outside][0])}."
            + " Scale them as for training, such as pixels by 1/255."
            * scaled,
        )
    return array


def _number(value):
    return str(value) if isinstance(value, int | np.integer) else f"{value:g}"
