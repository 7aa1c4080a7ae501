"""Codes of examples, as analysis reads them."""

import numpy as np

from .arrays import check_finite
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
