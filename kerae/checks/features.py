"""Features of two sets of examples, as metrics that compare them read them."""

import numpy as np

from .codes import as_codes
from .types import Rows


def as_features(real: Rows, made: Rows, least: int = 2) -> tuple[np.ndarray, np.ndarray]:
    """Features of data and of what a model made, `(n, dim)` and `(m, dim)` in double precision.

    Raises:
        ValueError: If one of them is none, they have other dimensions, or fewer than `least` rows.
    """
    real, made = as_codes(real, "real"), as_codes(made, "made")
    if real.shape[1] != made.shape[1]:
        raise ValueError(
            f"Expected `made` of {real.shape[1]} features, as `real`. Received: shape {made.shape}."
        )
    for name, rows in (("real", real), ("made", made)):
        if len(rows) < least:
            raise ValueError(
                f"Expected `{name}` of at least {least} examples. Received: {len(rows)}."
            )
    return real.astype("float64"), made.astype("float64")
