"""Examples that a function draws, and codes that another one gives, some batches at a time."""

import numpy as np

from ..checks.codes import as_codes

EXAMPLES_AT_ONCE = 4096


def encoded(encode, x):
    """The codes of examples, checked: an array `(n, latent_dim)` in double precision.

    Raises:
        ValueError: If `encode` gives no finite code for each.
    """
    codes = as_codes(encode(x), "encode(x)")
    if len(codes) != len(x):
        raise ValueError(
            f"Expected `encode` to give one code for each of {len(x)} examples. Received: "
            f"{len(codes)}."
        )
    return codes.astype("float64")


def in_blocks(batches, batch_size):
    """Batches, some at a time: as many as are encoded together."""
    size = max(1, EXAMPLES_AT_ONCE // batch_size)
    return (batches[start : start + size] for start in range(0, len(batches), size))


def joined(draws, count, name):
    """What was drawn in several calls, as one array.

    Raises:
        ValueError: If a call did not give `count` examples.
    """
    draws = [np.asarray(draw) for draw in draws]
    wrong = [draw for draw in draws if draw.shape[:1] != (count,)]
    if wrong:
        raise ValueError(
            f"Expected `{name}` to draw {count} examples, as asked. Received: an array of shape "
            f"{wrong[0].shape}."
        )
    return np.concatenate(draws)
