"""Features that examples are known to have, as metrics of dictionaries read them."""

import numpy as np

from ..checks.given import as_array
from ..checks.types import ArrayLike


def as_present(present: ArrayLike, count: int, name: str = "present") -> np.ndarray:
    """A boolean array `(count, num_features)`, checked.

    Raises:
        ValueError: If it is of another shape, or holds others than True and False.
    """
    present = as_array(present, name)
    if present.ndim != 2 or len(present) != count or not present.shape[1]:
        raise ValueError(
            f"Expected `{name}` of {count} rows and a column a feature. Received: shape "
            f"{present.shape}."
        )
    if not np.isin(present, (0, 1)).all():
        raise ValueError(
            f"Expected `{name}` to be True or False. Received: {present.dtype}, with others than "
            "0 and 1. Compare it, such as by `activations > 0`."
        )
    return present.astype(bool)
