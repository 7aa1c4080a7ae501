"""Examples that stand for all of them."""

import numpy as np


def sampled_rows(count, limit, seed):
    """Rows of at most `limit` of `count` examples, in order, and what is to be said of it.

    Args:
        count: Integer, the number of examples.
        limit: Integer, the most that are taken.
        seed: Integer, of the choice.
    Returns:
        Integer array of rows, and a string that is empty if all are taken.
    """
    if count <= limit:
        return np.arange(count), ""
    rows = np.random.default_rng(seed).choice(count, limit, replace=False)
    return np.sort(rows), f"on {limit:,} of {count:,} examples"
