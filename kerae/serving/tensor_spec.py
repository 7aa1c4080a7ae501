"""What one input or output of a signature is."""

from dataclasses import dataclass
from typing import Any

import numpy as np

# The names in NumPy of TensorFlow's dtypes, and the kinds of arrays that each can be given as
# and read from: JSON writes a whole float as an integer.
_NAMES = {"DT_HALF": "float16", "DT_FLOAT": "float32", "DT_DOUBLE": "float64"}
_INTEGERS = [f"{kind}{bits}" for kind in ("int", "uint") for bits in (8, 16, 32, 64)]
_SENT = {**dict.fromkeys(_NAMES.values(), "f"), **dict.fromkeys(_INTEGERS, "iu"), "bool": "b"}
_RECEIVED = {name: "fiu" if kinds == "f" else kinds for name, kinds in _SENT.items()}


@dataclass(frozen=True)
class TensorSpec:
    """The dtype and the shape of an input or output of a signature.

    Args:
        dtype: String, the name of the dtype in NumPy, or `"string"` for bytes.
        shape: Tuple of integers, with `None` where any size goes; or `None` for any shape.
    """

    dtype: str
    shape: tuple | None

    @classmethod
    def from_metadata(cls, tensor_info: Any):
        """The spec of a `TensorInfo` message, given as its JSON."""
        dtype, shape = tensor_info["dtype"], tensor_info.get("tensor_shape", {})
        sizes = [int(dimension["size"]) for dimension in shape.get("dim", ())]
        return cls(
            dtype=_NAMES.get(dtype, dtype.removeprefix("DT_").lower()),  # pyright: ignore[reportArgumentType]
            shape=None
            if shape.get("unknown_rank")
            else tuple(None if size < 0 else size for size in sizes),
        )

    @property
    def is_batched(self):
        """Whether the first axis is one of examples, as many as one likes."""
        return bool(self.shape) and self.shape[0] is None

    def to_send(self, value, name: str):
        """`value` as an array of this dtype, of finite numbers or of bytes.

        Raises:
            ValueError: If it is not one, or would not be the same in this dtype.
        """
        if self.dtype not in (*_SENT, "string"):
            raise ValueError(f"Expected inputs of numbers or bytes. `{name}` is {self.dtype}.")
        try:
            array = np.asarray(value, object if self.dtype == "string" else None)
        except ValueError as error:
            raise ValueError(
                f"Expected `{name}` as an array. Received: rows of several lengths."
            ) from error
        self._check_shape(array.shape, name)
        if array.size == 0:
            raise ValueError(f"Expected at least one example. Received: shape {array.shape}.")
        if self.dtype == "string":
            return _as_bytes(array, name)
        if array.dtype.kind not in _SENT[self.dtype]:
            advice = ""
            if self.dtype.startswith("float") and array.dtype.kind in "iu":
                advice = (
                    f" Convert it; for 8-bit images to [0, 1] by `{name}.astype('float32') / 255`."
                )
            raise ValueError(
                f"Expected `{name}` to hold {self.dtype}. Received: {array.dtype}.{advice}"
            )
        with np.errstate(over="ignore"):
            converted = np.asarray(array, self.dtype, order="C")
        if array.dtype.kind == "f":
            _check_finite(converted, name)
        elif not np.array_equal(converted, array):
            raise ValueError(
                f"Expected `{name}` to hold {self.dtype}. Received: numbers from {array.min()} to "
                f"{array.max()}, which it does not hold."
            )
        return converted

    def as_received(self, array: Any, name: str):
        """An array of an answer, in this dtype.

        Raises:
            ValueError: If it is none of this kind and shape.
        """
        self._check_shape(array.shape, name)
        if self.dtype == "string":
            return _as_bytes(array, name)
        if array.dtype.kind not in _RECEIVED.get(self.dtype, ""):
            raise ValueError(f"Expected `{name}` to hold {self.dtype}. Received: {array.dtype}.")
        return array.astype(self.dtype)

    def _check_shape(self, shape, name):
        if not self._fits(shape):
            expected = tuple("n" if size is None else size for size in self.shape)
            advice = ""
            if self.is_batched and self._fits((1, *shape)):
                advice = f" For one example, give a batch of one: shape {(1, *shape)}."
            raise ValueError(
                f"Expected `{name}` of shape {expected}. Received: shape {shape}.{advice}"
            )

    def _fits(self, shape):
        return self.shape is None or (
            len(shape) == len(self.shape)
            and all(size in (None, given) for size, given in zip(self.shape, shape))
        )


def _as_bytes(array, name):
    result = np.empty(array.shape, object)
    for index, value in np.ndenumerate(array):
        if not isinstance(value, str | bytes):
            raise ValueError(
                f"Expected `{name}` to hold bytes. Received: {type(value).__name__}. "
                "Give each file as it is, by `Path.read_bytes`."
            )
        result[index] = value.encode() if isinstance(value, str) else value
    return result


def _check_finite(array, name):
    finite = np.isfinite(array)
    if not finite.all():
        rows = np.unique(np.argwhere(~finite)[:, :1])
        listed = ", ".join(map(str, rows[:5])) + (", …" if len(rows) > 5 else "")
        raise ValueError(
            f"Expected finite numbers. Received: NaN or infinity as {array.dtype} in {len(rows)} "
            f"rows of `{name}`: {listed}. Remove or repair them."
        )
