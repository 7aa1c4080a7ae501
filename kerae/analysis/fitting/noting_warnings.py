"""Warnings that users cannot act on, kept as notes."""

import re
import warnings
from contextlib import contextmanager


@contextmanager
def noting_warnings(known):
    """Yields a list that in the end holds a note for each known warning; others are warned of.

    Args:
        known: Dict from a pattern, which the beginning of a warning matches, to the note or
            `None` for none.
    """
    notes = []
    with warnings.catch_warnings(record=True) as caught:
        for pattern in known:
            warnings.filterwarnings("always", pattern)
        yield notes
    for warning in caught:
        text = str(warning.message)
        pattern = next((pattern for pattern in known if re.match(pattern, text)), None)
        if pattern is None:
            warnings.warn_explicit(
                warning.message, warning.category, warning.filename, warning.lineno
            )
        elif known[pattern] and known[pattern] not in notes:
            notes.append(known[pattern])
