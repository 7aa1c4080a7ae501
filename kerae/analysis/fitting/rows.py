"""Which of the examples a slow method is fitted to."""

import warnings
from numbers import Integral
from typing import Any

import numpy as np


def fitted_rows(method: Any, n: int, fit_at_most: int | None, seed: int | None):
    """Rows that a method is fitted to: all, or as many as it can take, drawn at random.

    Args:
        method: Has the attributes `name`, `fit_at_most`, `fewest` and `extension`, a sentence of
            how the others get their result.
        n: Integer, the number of examples.
        fit_at_most: Integer that a user gave, or `None`.
        seed: Integer or `None`.
    Returns:
        Integer array of rows in order, and a list of notes. The user is warned of a limit that
        is not their own.
    Raises:
        ValueError: If `fit_at_most` is no number of examples, or the method needs more examples.
    """
    whole = isinstance(fit_at_most, Integral) and not isinstance(fit_at_most, bool)
    if fit_at_most is not None and not (whole and fit_at_most >= method.fewest):
        raise ValueError(
            f"Expected `fit_at_most` to be an integer of at least {method.fewest} for "
            f'"{method.name}". Received: {fit_at_most!r}.'
        )
    if n < method.fewest:
        raise ValueError(
            f'Expected at least {method.fewest} codes for "{method.name}". Received: {n}.'
        )
    rows, _ = sampled_rows(n, fit_at_most or method.fit_at_most or n, seed)
    if len(rows) == n:
        return rows, []
    note = (
        f'"{method.name}" was fitted to {len(rows):,} of {n:,} codes, drawn at random. '
        f"{method.extension}"
    )
    if fit_at_most is None:
        # Seen at the line that calls `project` or `cluster`.
        warnings.warn(f"{note} Give `fit_at_most={n}` to fit them all.", stacklevel=4)
    return rows, [note]


def sampled_rows(count: int, limit: int, seed: int | None):
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
