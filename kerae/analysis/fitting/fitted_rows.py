"""Which of the examples a slow method is fitted to."""

import warnings
from numbers import Integral

from .sampled_rows import sampled_rows


def fitted_rows(method, n, fit_at_most, seed):
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
        warnings.warn(f"{note} Give `fit_at_most={n}` to fit them all.", stacklevel=3)
    return rows, [note]
