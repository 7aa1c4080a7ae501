"""Arrays by name in a safetensors file: a header in JSON, and the numbers one after another.

The format is https://github.com/huggingface/safetensors, which nothing of is run by reading it.
"""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np

from ..files import replacing

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
LONGEST_HEADER = 100 * 2**20  # bytes


def read_safetensors(path: Path) -> dict[str, np.ndarray]:
    """The arrays of a file; those of bfloat16 as float32.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is truncated, or no such file.
    """
    content = path.read_bytes()
    try:
        length = int.from_bytes(content[:8], "little")
        if len(content) < 8 + length or length > LONGEST_HEADER:
            raise ValueError(f"{len(content):,} bytes, with a header of {length:,}")
        header = json.loads(content[8 : 8 + length])
        header.pop("__metadata__", None)
        return {name: _array(content, 8 + length, **entry) for name, entry in header.items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(
            f"Expected a whole safetensors file at {path}. Received: {error}. Fetch it again."
        ) from error


def _array(content, start, dtype, shape, data_offsets):
    first, last = data_offsets
    kind = np.dtype(DTYPES[dtype])
    if last - first != math.prod(shape) * kind.itemsize or start + last > len(content):
        raise ValueError(f"{len(content):,} bytes for a tensor that ends at {start + last:,}")
    array = np.frombuffer(content, kind, math.prod(shape), start + first).reshape(shape)
    return (array.astype(np.uint32) << 16).view(np.float32) if dtype == "BF16" else array


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
