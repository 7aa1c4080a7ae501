"""Numbers about a latent space, with what has to be said of them."""

import math
import numbers
from collections.abc import Sequence
from typing import Any

from ...checks.extras import require


class Scores(dict):
    """Scores by name, as plain numbers, and remarks on them.

    Attributes:
        notes: Dict from names of scores to remarks: on which examples a score was computed, or
            why it was left out.

    Example:

    >>> scores = kerae.analysis.Scores()
    >>> scores.give("purity", 0.5, "on 10 of 20 examples")
    >>> scores.leave_out(["silhouette"], "there is one cluster")
    >>> scores, scores.notes["silhouette"]
    ({'purity': 0.5}, 'left out: there is one cluster')
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.notes = {}

    def give(self, name: str, value: float, *notes: Any) -> None:
        """Adds a score; leaves it out if it is not a finite number.

        Args:
            name: String.
            value: Number.
            *notes: Strings; empty ones do not count.
        """
        value = int(value) if isinstance(value, numbers.Integral) else float(value)
        if not math.isfinite(value):
            self.leave_out([name], f"it is not a finite number ({value})")
            return
        self[name] = value
        note = "; ".join(filter(None, notes))
        if note:
            self.notes[name] = note

    def leave_out(self, names: Sequence[str], reason: str) -> None:
        """Notes for each of `names` why there is no such score."""
        self.notes.update(dict.fromkeys(names, f"left out: {reason}"))

    def add(self, scores) -> None:
        """Adds all scores of another `Scores`, with their notes."""
        self.update(scores)
        self.notes.update(scores.notes)

    def to_frame(self):
        """The scores as a pandas `DataFrame` of one row."""
        require("kerae.analysis.Scores.to_frame", "analysis", "pandas")
        import pandas as pd

        return pd.DataFrame([dict(self)])
