"""All pairs of two sets of rows, of which a part at a time is in memory."""

from collections.abc import Iterator

import numpy as np

PAIRS_AT_ONCE = 2**21  # 16 MB of double precision


def blocks(x: np.ndarray, y: np.ndarray) -> Iterator[np.ndarray]:
    """The rows of `x`, as many at a time as make few enough pairs with all of `y`."""
    return row_blocks(x, len(y))


def row_blocks(x: np.ndarray, width: int) -> Iterator[np.ndarray]:
    """The rows of `x`, as many at a time as hold few enough numbers if each has `width` of them."""
    size = max(1, PAIRS_AT_ONCE // width)
    return (x[start : start + size] for start in range(0, len(x), size))


def distances(x: np.ndarray, y: np.ndarray) -> Iterator[np.ndarray]:
    """Euclidean distances of all of `x` (rows) to all of `y`, a block of rows at a time.

    They are of differences, not of inner products: equal distances come out equal.
    """
    from scipy.spatial.distance import cdist

    return (cdist(rows, y) for rows in blocks(x, y))


def radii(x: np.ndarray, k: int) -> np.ndarray:
    """The distance of each row to its k-th nearest other."""
    # Copies, as a column alone would keep its whole block.
    nearest = [np.partition(each, k, axis=1)[:, k].copy() for each in distances(x, x)]
    return np.concatenate(nearest)


def distances_and_radii(
    x: np.ndarray, y: np.ndarray, k: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """As `distances`, and as a column how far each row of the block is from its k-th nearest."""
    radius, start = radii(x, k)[:, None], 0
    for each in distances(x, y):
        yield each, radius[start : start + len(each)]
        start += len(each)
