from collections.abc import Callable

import numpy as np


class Largest:
    """Keeps, of each of many features, the examples with the largest keys, as they come by.

    Of equal keys those of the first examples are kept, so that it does not matter how examples are
    divided into blocks.

    Args:
        num_features: Integer.
        count: Integer, the most examples of a feature.
        width: Integer, how many numbers are kept with each.

    Attributes:
        rows: Integer array `(num_features, count)`, the examples, -1 where there are none.
        kept: Float array `(num_features, count, width)`, the numbers kept with them.
    """

    def __init__(self, num_features: int, count: int, width: int) -> None:
        self.keys = np.full((num_features, count), -np.inf)
        self.rows = np.full((num_features, count), -1, "int64")
        self.kept = np.zeros((num_features, count, width), "float32")

    def add(
        self,
        features: np.ndarray,
        rows: np.ndarray,
        keys: np.ndarray,
        numbers: Callable[[np.ndarray], np.ndarray],
    ) -> None:
        """Takes what is among the largest.

        Args:
            features: Integer array `(m,)`, the feature of each candidate.
            rows: Integer array `(m,)`, its example; larger than those of all calls before.
            keys: Float array `(m,)`.
            numbers: From the places of some candidates to an array `(…, width)`, what to keep.
        """
        some = np.flatnonzero(keys > self.keys[features, -1])
        if not len(some):
            return
        touched, which = np.unique(features[some], return_inverse=True)
        count = self.keys.shape[1]
        owner = np.concatenate([np.repeat(np.arange(len(touched)), count), which])
        both = np.concatenate([self.keys[touched].ravel(), keys[some]])
        # Stable: those that were there, and then those of smaller rows, come first.
        order = np.lexsort((-both, owner))
        starts = np.searchsorted(owner[order], np.arange(len(touched)))
        taken = order[starts[:, None] + np.arange(count)]
        old = len(touched) * count
        fresh = taken >= old
        place = some[taken[fresh] - old]
        for held, new in (
            (self.keys, keys[place]),
            (self.rows, rows[place]),
            (self.kept, numbers(place)),
        ):
            flat = held[touched].reshape(old, *held.shape[2:])
            chosen = flat[np.where(fresh, 0, taken)]
            chosen[fresh] = new
            held[touched] = chosen

    def sorted_by(self, numbers: np.ndarray) -> None:
        """Puts the examples of each feature in falling order of some numbers, those of none last.

        Args:
            numbers: Array `(num_features, count)`.
        """
        order = np.argsort(np.where(self.rows < 0, np.inf, -numbers), axis=1, kind="stable")
        self.keys, self.rows = (
            np.take_along_axis(each, order, axis=1) for each in (self.keys, self.rows)
        )
        self.kept = np.take_along_axis(self.kept, order[..., None], axis=1)
