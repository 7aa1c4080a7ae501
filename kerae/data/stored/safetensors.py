"""Arrays by name in a safetensors file: a header in JSON, and the numbers one after another.

The format is https://github.com/huggingface/safetensors; nothing in a file is run.
"""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np

from ...files import replacing
from .raw import RawFile, of_bfloat16
from .refused import damaged, one_array

DTYPES = {
    "F64": "<f8",
    "F32": "<f4",
    "F16": "<f2",
    "BF16": "<u2",
    "I64": "<i8",
    "I32": "<i4",
    "I16": "<i2",
    "I8": "i1",
    "U8": "u1",
    "BOOL": "?",
}
WRITTEN = {np.dtype(name): key for key, name in DTYPES.items() if key != "BF16"}
FLOATS = ("F64", "F32", "F16", "BF16")
LONGEST_HEADER = 10**8  # bytes, as the format has it


def open_safetensors(path, name):
    """A tensor of floats, to be read in parts: the one of that name, or the only one."""
    header = _header(path)
    dtype, shape, start = header[one_array(path, list(header), name)]
    if dtype not in FLOATS:
        raise ValueError(f"Expected {', '.join(FLOATS)} in {path}. Received: {dtype}. Convert it.")
    return RawFile(path, start, shape, DTYPES[dtype], is_bfloat16=dtype == "BF16")


def read_safetensors(path: Path) -> dict[str, np.ndarray]:
    """The arrays of a file; those of bfloat16 as float32.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is truncated, or no such file.
    """
    return {name: _array(path, *entry) for name, entry in _header(path).items()}


def _header(path):
    """Of each tensor its dtype, its shape and the byte that it begins at."""
    with path.open("rb") as file:
        first = file.read(8)
        length = int.from_bytes(first, "little")
        try:
            if len(first) < 8 or length > min(LONGEST_HEADER, path.stat().st_size):
                raise ValueError(f"a header of {length:,} bytes")
            entries = json.loads(file.read(length))
            entries.pop("__metadata__", None)
            return {
                name: (each["dtype"], each["shape"], 8 + length + each["data_offsets"][0])
                for name, each in entries.items()
            }
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise damaged(path, error) from error


def _array(path, dtype, shape, start):
    if dtype not in DTYPES:
        raise damaged(path, f"numbers of the kind {dtype}")
    size = math.prod(shape)
    array = np.fromfile(path, DTYPES[dtype], size, offset=start)
    if len(array) < size:
        raise damaged(path, f"{len(array):,} numbers of {size:,}")
    return (of_bfloat16(array) if dtype == "BF16" else array).reshape(shape)


def write_safetensors(path: Path, arrays: dict[str, np.ndarray]) -> None:
    """Writes arrays to a file, whole or not at all."""
    header: dict[str, Any] = {}
    end = 0
    for name, array in arrays.items():
        begin, end = end, end + array.nbytes
        entry = {"dtype": WRITTEN[array.dtype.newbyteorder("<")], "shape": list(array.shape)}
        header[name] = entry | {"data_offsets": [begin, end]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)  # so that the numbers are aligned
    with replacing(path) as partial, partial.open("wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for array in arrays.values():
            file.write(np.ascontiguousarray(array).tobytes())
