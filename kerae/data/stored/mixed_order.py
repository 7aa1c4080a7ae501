"""Rows of blocks in a random order that needs a part of them in memory at a time."""

import numpy as np

from .blocks import Blocks
from .chunks import Chunks


class MixedOrder:
    """An order for every pass over the rows: blocks are shuffled, then the rows of as many as fit.

    Args:
        blocks: `Blocks`.
        chunk_rows: Integer, the most rows that are read and shuffled together.
        kept: Integer, how many such chunks are in memory.
        seed: Integer.
    """

    def __init__(self, blocks: Blocks, chunk_rows: int, kept: int, seed: int):
        self._blocks = blocks
        # All chunks of a pass have about as many rows.
        count, most = len(blocks.table), max(1, chunk_rows // blocks.largest)
        self._limits = np.linspace(0, count, -(-count // most) + 1).astype(int)
        self._seed = seed
        self._chunks = Chunks(self._read, kept)
        self._orders = {}

    def rows(self, number: int | None, start: int, stop: int) -> np.ndarray:
        """A range of the rows of a pass; for None of the order in which they lie in files."""
        _, ends = self._order(number)
        parts = []
        while start < stop:
            chunk = int(np.searchsorted(ends, start, "right"))
            first = int(ends[chunk - 1]) if chunk else 0
            following = (number, chunk + 1)
            if chunk + 1 == len(ends):
                following = None if number is None else (number + 1, 0)
            rows = self._chunks.get((number, chunk), following)
            parts.append(rows[start - first : min(stop, int(ends[chunk])) - first])
            start += len(parts[-1])
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def _order(self, number):
        """The blocks of a pass in their order, and the row that each chunk of them ends before."""
        orders = self._orders
        if number not in orders:
            order = np.arange(len(self._blocks.table))
            if number is not None:
                np.random.default_rng([self._seed, number]).shuffle(order)
            ends = np.cumsum(self._blocks.sizes[order])[self._limits[1:] - 1]
            # Two passes: a thread may read the next one.
            orders = self._orders = {**dict([*orders.items()][-1:]), number: (order, ends)}
        return orders[number]

    def _read(self, key):
        number, chunk = key
        order, _ = self._order(number)
        chosen = order[self._limits[chunk] : self._limits[chunk + 1]]
        table = self._blocks.table[np.sort(chosen)]  # so that files are read forwards
        rows = np.empty((self._blocks.sizes[chosen].sum(), self._blocks.features), "float32")
        places = None
        if number is not None:
            places = np.random.default_rng([self._seed, number, chunk]).permutation(len(rows))
        start = 0
        for part in self._blocks.read(table):
            place = slice(start, start + len(part))
            rows[place if places is None else places[place]] = part
            start += len(part)
        return rows
