"""Factors of variation beside codes, as metrics of disentanglement read them."""

import numpy as np

from .codes import as_codes
from .types import Rows


def as_codes_and_factors(
    codes: Rows, factors: Rows, least: int = 1, continuous: bool = False, suffix: str = ""
) -> tuple[np.ndarray, np.ndarray]:
    """Codes `(n, latent_dim)` in double precision, and the factors `(n, num_factors)` of each.

    Args:
        codes: Array `(n, latent_dim)`.
        factors: Integer array `(n, num_factors)`; if `continuous`, of any numbers.
        least: Integer, how many factors there have to be.
        continuous: Boolean, whether factors may be other numbers than integers.
        suffix: String, of the names of the two arguments.
    Raises:
        ValueError: If one of them is none, they do not fit each other, or a factor has one value
            only.
    """
    names = f"codes{suffix}", f"factors{suffix}"
    codes, factors = as_codes(codes, names[0]), np.asarray(factors)
    if not continuous and factors.dtype.kind not in "iub":
        raise ValueError(
            f"Expected `{names[1]}` to be integers, the number of each value. Received: "
            f"{factors.dtype} of shape {factors.shape}. Number the values of a column by "
            "`np.unique(column, return_inverse=True)[1]`."
        )
    factors = as_codes(factors, names[1]) if continuous else factors
    if factors.ndim != 2 or len(factors) != len(codes) or factors.shape[1] < least:
        raise ValueError(
            f"Expected `{names[1]}` of shape ({len(codes)}, num_factors), with num_factors of at "
            f"least {least}, for `{names[0]}` of shape {codes.shape}. Received: shape "
            f"{factors.shape}."
        )
    constant = np.flatnonzero((factors == factors[0]).all(axis=0))
    if len(constant):
        raise ValueError(
            f"Expected `{names[1]}` that vary. Received: one value only of factor {constant[0]}. "
            "Leave its column out."
        )
    return codes.astype("float64"), factors.astype("float64" if continuous else factors.dtype)
