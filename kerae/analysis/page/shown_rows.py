import numpy as np

MOST = 10_000


def shown_rows(count, seed):
    """Which of `count` examples an interactive map shows, and what has to be said of it.

    Returns:
        Integer array, sorted, and a string, empty if they are all.
    """
    if count <= MOST:
        return np.arange(count), ""
    rows = np.random.default_rng(seed).choice(count, MOST, replace=False)
    return np.sort(rows), (
        f"{MOST:,} of the {count:,} examples are shown, drawn at random; the numbers are of all."
    )
