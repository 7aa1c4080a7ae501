"""Codes of examples, as analysis reads them."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from .arrays import check_array, check_finite
from .given import as_array
from .types import ArrayLike


def as_codes(z: ArrayLike, name: str = "z") -> np.ndarray:
    """Codes as given by a user, checked: a float array `(n, latent_dim)` of at least two rows.

    Raises:
        ValueError: If the shape is another one, or there are numbers that are not finite.
    """
    z = as_array(z, name)
    if z.ndim != 2 or len(z) < 2 or z.shape[1] == 0:
        advice = f" Flatten each: `{name}.reshape(len({name}), -1)`." if z.ndim > 2 else ""
        raise ValueError(
            f"Expected `{name}` of shape (n, latent_dim) with at least 2 examples. "
            f"Received: shape {z.shape}.{advice}"
        )
    rows = np.flatnonzero(~np.isfinite(z).all(axis=1))
    if len(rows):
        listed = ", ".join(map(str, rows[:5])) + (", …" if len(rows) > 5 else "")
        raise ValueError(
            f"Expected finite numbers. Received: NaN or infinity in {len(rows)} of {len(z)} rows "
            f"of `{name}`, rows {listed}. Remove or repair these examples, or look why the model "
            "gives such codes."
        )
    return z if np.issubdtype(z.dtype, np.floating) else z.astype("float32")


def as_codes_and_points(z: ArrayLike, points: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Codes, and a picture of them with a point for each, checked.

    Raises:
        ValueError: If one of them is none, or they are not as many.
    """
    z, points = as_codes(z), as_codes(points, "points")
    if len(z) != len(points):
        raise ValueError(
            f"Expected one of `points` for each of the codes `z`. Received: {len(z)} codes and "
            f"{len(points)} points."
        )
    return z, points


def as_one_code(z: ArrayLike, event_shape: Sequence[int]) -> np.ndarray:
    """A single code, flat, of a model whose codes have that shape.

    Raises:
        ValueError: If it is of another shape.
    """
    z, shape = as_array(z, "z").astype("float32"), tuple(event_shape)
    if z.shape not in (shape, (math.prod(shape),)):
        raise ValueError(
            f"Expected `z` to be one code, of shape {shape}. Received: shape {z.shape}."
        )
    return z.reshape(-1)


def as_dimensions(dims: ArrayLike | None, count: int, name: str = "dims") -> np.ndarray:
    """Numbers of dimensions of a code, as a row of integers; by default all.

    Raises:
        ValueError: If there is no such dimension.
    """
    dims = np.arange(count) if dims is None else as_array(dims, name)
    if dims.ndim != 1 or not np.isin(dims, np.arange(count)).all():
        raise ValueError(
            f"Expected `{name}` to be integers from 0 to {count - 1}. Received: {dims.tolist()}."
        )
    return dims.astype(int)


def as_indices(indices: ArrayLike, num_codes: np.ndarray) -> np.ndarray:
    """Numbers of codes at places, an int32 array `(n, *places)`.

    Args:
        indices: Array.
        num_codes: Integer array of shape `places`, how many codes there are at each.
    Raises:
        ValueError: If they are of another shape, no integers, or no numbers of codes.
    """
    indices = as_array(indices, "indices")
    check_array(indices, num_codes.shape, "indices", "int32")
    wrong = indices[(indices < 0) | (indices >= num_codes)]
    if wrong.size:
        last = " or, elsewhere, ".join(map(str, np.unique(num_codes) - 1))
        raise ValueError(
            f"Expected `indices` from 0 to {last}, the numbers of codes. Received: some "
            f"from {wrong.min()} to {wrong.max()}."
        )
    return indices.astype("int32")


def as_ends(ends: Any, count: int) -> tuple[np.ndarray, np.ndarray]:
    """The first and the last value of each of `count` dimensions, given as `range`.

    Raises:
        ValueError: If it is neither a pair of numbers, nor one of arrays.
    """
    ends = as_finite(ends, "range")
    if ends.shape not in ((2,), (2, count)):
        raise ValueError(
            f"Expected `range` to be a pair of numbers, or of arrays of shape {(count,)}. "
            f"Received: shape {ends.shape}."
        )
    return ends[0], ends[1]


def as_finite(values: ArrayLike, name: str) -> np.ndarray:
    """An array of finite numbers.

    Raises:
        ValueError: If it is none, is empty, or holds others.
    """
    values = as_array(values, name)
    if values.ndim == 0 or values.size == 0:
        raise ValueError(f"Expected `{name}` with examples. Received: shape {values.shape}.")
    check_finite(values, name)
    return values


def refuse_equal_codes(z, what):
    """Raises a `ValueError` if all rows are the same point."""
    if (z == z[0]).all():
        raise ValueError(
            f"Expected codes that differ, for {what}. Received: {len(z)} times the same code. "
            "The model gives every example one code; see whether it was trained."
        )
