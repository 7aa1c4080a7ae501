import numpy as np

LARGEST = 1e18


def as_float32(z):
    """Codes in the precision that libraries compute in.

    Raises:
        ValueError: If numbers are so large that squares of distances are not finite.
    """
    largest = float(np.abs(z).max())
    if largest > LARGEST:
        raise ValueError(
            f"Expected codes up to {LARGEST:g}, as distances are squared. "
            f"Received: {largest:.3g}. Scale them, or look why the model gives such codes."
        )
    return z.astype("float32", copy=False)
