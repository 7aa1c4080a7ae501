"""Arrays whose numbers lie in a file one after another; NPY and NPZ."""

import math
import zipfile
from pathlib import Path

import numpy as np

from .refused import damaged, one_array


class RawFile:
    """An array at a place of a file, in C order.

    Args:
        path: `pathlib.Path`.
        offset: Integer, the byte that it begins at.
        shape: Tuple.
        dtype: NumPy dtype of a number.
        is_bfloat16: Boolean, whether the dtype, of unsigned integers, stands for these.
    """

    def __init__(self, path: Path, offset: int, shape: tuple, dtype, is_bfloat16: bool = False):
        self.path = path
        self.shape = tuple(shape)
        self._offset = offset
        self._dtype = np.dtype(dtype)
        self._is_bfloat16 = is_bfloat16
        end = offset + math.prod(self.shape) * self._dtype.itemsize
        if path.stat().st_size < end:
            raise damaged(path, f"{path.stat().st_size:,} bytes of {end:,}")

    def read(self, ranges):
        numbers = math.prod(self.shape[1:])
        with self.path.open("rb") as file:
            for start, stop in ranges:
                file.seek(self._offset + start * numbers * self._dtype.itemsize)
                part = np.fromfile(file, self._dtype, (stop - start) * numbers)
                if part.size < (stop - start) * numbers:
                    raise damaged(self.path, "a file that was cut short meanwhile")
                part = part.reshape(stop - start, *self.shape[1:])
                yield of_bfloat16(part) if self._is_bfloat16 else part


def of_bfloat16(part):
    """Unsigned integers that stand for bfloat16, the first half of a float32, as such."""
    return (part.astype(np.uint32) << 16).view(np.float32)


class CompressedFile:
    """An array of a compressed NPZ, which can be read forwards alone.

    Args:
        path: `pathlib.Path`.
        name: String, of the array.
        shape: Tuple.
        dtype: NumPy dtype of a number.
        header: Integer, the bytes before the first number.
    """

    def __init__(self, path: Path, name: str, shape: tuple, dtype, header: int):
        self.path = path
        self.shape = tuple(shape)
        self._name = name
        self._dtype = np.dtype(dtype)
        self._header = header

    def read(self, ranges):
        numbers = math.prod(self.shape[1:])
        with zipfile.ZipFile(self.path) as archive, archive.open(f"{self._name}.npy") as file:
            for start, stop in ranges:
                file.seek(self._header + start * numbers * self._dtype.itemsize)
                content = file.read((stop - start) * numbers * self._dtype.itemsize)
                part = np.frombuffer(content, self._dtype)
                yield part.reshape(stop - start, *self.shape[1:])


def open_npy(path, name):
    with path.open("rb") as file:
        shape, dtype = _header(file, path)
        return RawFile(path, file.tell(), shape, dtype)


def open_npz(path, name):
    try:
        with zipfile.ZipFile(path) as archive:
            names = [each[:-4] for each in archive.namelist() if each.endswith(".npy")]
            name = one_array(path, names, name)
            info = archive.getinfo(f"{name}.npy")
            with archive.open(info) as file:
                shape, dtype = _header(file, path)
                header = file.tell()
    except zipfile.BadZipFile as error:
        raise damaged(path, error) from error
    if info.compress_type != zipfile.ZIP_STORED:
        return CompressedFile(path, name, shape, dtype, header)
    with path.open("rb") as file:
        file.seek(info.header_offset)
        local = file.read(30)  # the last four bytes: the lengths of name and extra field
    lengths = sum(np.frombuffer(local[26:30], "<u2").tolist())
    return RawFile(path, info.header_offset + 30 + lengths + header, shape, dtype)


def _header(file, path):
    """The shape and the dtype of an NPY file, which is left at its first number."""
    try:
        version = np.lib.format.read_magic(file)
        later = version > (1, 0)
        read = np.lib.format.read_array_header_2_0 if later else np.lib.format.read_array_header_1_0
        shape, is_fortran, dtype = read(file)
    except (ValueError, EOFError) as error:
        raise damaged(path, error) from error
    if dtype.kind != "f" or dtype.itemsize > 8:
        raise ValueError(
            f"Expected float16, float32 or float64 in {path}. Received: {dtype}. Convert it."
        )
    if is_fortran and len(shape) > 1:
        raise ValueError(
            f"Expected an array in C order in {path}. Received: one in Fortran order, of which an "
            "example cannot be read by itself. Save `numpy.ascontiguousarray` of it."
        )
    return shape, dtype
