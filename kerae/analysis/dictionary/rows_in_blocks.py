from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from ...checks.given import as_array, is_array
from ...data import Activations

ACTIVATIONS_AT_ONCE = 2**24  # 64 MB


def rows_in_blocks(x: Any, width: int, multiple: int) -> Iterator[np.ndarray]:
    """Examples, some at a time, whatever parts they are given in.

    Args:
        x: Array `(n, ...)`, `kerae.data.Activations`, or an iterable of arrays.
        width: Integer, how many activations are computed of each.
        multiple: Integer, of which the number at a time is one, but for the last.
    Raises:
        ValueError: If there are none.
    """
    size = max(1, ACTIVATIONS_AT_ONCE // (width * multiple)) * multiple
    waiting, count = [], 0
    if isinstance(x, Activations):
        x = map(x.in_order, range(len(x)))
    for part in [x] if is_array(x) or not isinstance(x, Iterable) else x:
        part = as_array(part, "x")
        start = 0
        while start < len(part):
            rows = part[start : start + size - sum(map(len, waiting))]
            waiting.append(rows)
            start, count = start + len(rows), count + len(rows)
            if sum(map(len, waiting)) == size:
                yield _joined(waiting)
                waiting = []
    if waiting:
        yield _joined(waiting)
    if not count:
        raise ValueError("Expected `x` with examples. Received: none.")


def _joined(parts):
    return parts[0] if len(parts) == 1 else np.concatenate(parts)
