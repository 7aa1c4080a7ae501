"""The IDX files in which MNIST and its relatives are published."""

import gzip
import math
import struct
import zlib
from pathlib import Path

import numpy as np

from .dataset import Dataset
from .scale_pixels import scale_pixels

PIECE = 2**24  # bytes
# What a gzip file is believed to hold: deflate packs a thousandfold what is all the same, as blank
# images are, but images that differ no more than some tenfold.
BELIEVED = 2**26  # bytes, of any file
MOST_TIMES = 100  # the size of a larger one
_TRAIN = ("train",)
_TEST = ("t10k", "test")


def holds_idx(folder: Path):
    """Whether a folder holds any IDX file of the names that `read_idx` looks for."""
    return any(folder.glob("*-idx[13]-ubyte*"))


def read_idx(folder: Path, name: str) -> Dataset:
    """Reads the four files of one data set, gzipped or not.

        train-images-idx3-ubyte[.gz]    train-labels-idx1-ubyte[.gz]
        t10k-images-idx3-ubyte[.gz]     t10k-labels-idx1-ubyte[.gz]

    A prefix is allowed, and `test` for `t10k`: `emnist-letters-test-images-idx3-ubyte.gz`.

    Args:
        folder: `pathlib.Path`.
        name: String, the name of the data set.
    Returns:
        `Dataset`.
    Raises:
        ValueError: If a file is missing, ambiguous, damaged or of the wrong length.
    """
    y_train = _read_labels(folder, _TRAIN)
    y_test = _read_labels(folder, _TEST)
    last = max(y_train.max(initial=0), y_test.max(initial=0))
    return Dataset(
        x_train=_read_images(folder, _TRAIN),
        y_train=y_train,
        x_test=_read_images(folder, _TEST),
        y_test=y_test,
        name=name,
        class_names=tuple(str(label) for label in range(last + 1)),
    )


def _read_images(folder, splits):
    path = _find(folder, splits, "images-idx3")
    return scale_pixels(_read_ubyte(path, ndim=3), path)


def _read_labels(folder, splits):
    return _read_ubyte(_find(folder, splits, "labels-idx1"), ndim=1).astype(np.int64)


def _find(folder, splits, kind):
    patterns = [f"*{split}-{kind}-ubyte" for split in splits]
    for ending in ("", ".gz"):
        matches = [path for pattern in patterns for path in folder.glob(pattern + ending)]
        if len(matches) == 1:
            return matches[0]
        if matches:
            break
    raise ValueError(
        f"Expected one file {' or '.join(patterns)}[.gz] in {folder}. "
        f"Received: {', '.join(sorted(path.name for path in matches)) or 'none'}. "
        "Keep the four files of one data set in a folder of their own."
    )


def _read_ubyte(path, ndim):
    """Reads `00 00 08 ndim`, then `ndim` big-endian sizes, then one byte per value."""
    with _opened(path) as file:
        try:
            return _values(file, ndim, path)
        except (OSError, EOFError, zlib.error) as error:
            raise ValueError(
                f"Expected a complete gzip file. Received: {path}, which is damaged ({error}). "
                "Download it again."
            ) from error


def _opened(path):
    with path.open("rb") as file:
        zipped = file.read(2) == b"\x1f\x8b"
    return gzip.open(path) if zipped else path.open("rb")


def _values(file, ndim, path):
    magic = bytes([0, 0, 8, ndim])
    head = file.read(4 + 4 * ndim)
    if head[:4] != magic or len(head) < 4 + 4 * ndim:
        raise ValueError(
            f"Expected an IDX file of bytes in {ndim} dimensions, beginning with "
            f"{magic.hex(' ')}, at {path}. Received: one that begins with "
            f"{head[:4].hex(' ') or 'nothing'}. Download it again."
        )
    shape = struct.unpack_from(f">{ndim}I", head, 4)
    size = math.prod(shape)
    packed = path.stat().st_size
    if isinstance(file, gzip.GzipFile) and size > max(BELIEVED, MOST_TIMES * packed):
        raise ValueError(
            f"Expected at least {size // MOST_TIMES:,} bytes, packed, for the shape {shape} that "
            f"{path} states. Received: {packed:,} bytes. Download it again, or unpack it."
        )
    # A compressed file may hold far more than it says, and say far more than it holds: it is read
    # to one byte beyond what it says, in pieces.
    content = bytearray()
    while len(content) <= size and (piece := file.read(min(PIECE, size + 1 - len(content)))):
        content += piece
    if len(content) != size:
        received = f"{len(content)} bytes" if len(content) < size else "more"
        raise ValueError(
            f"Expected {size} bytes for the shape {shape} that {path} states. "
            f"Received: {received}. Download it again."
        )
    return np.frombuffer(content, np.uint8).reshape(shape)
