"""Neighboring examples of files, which are read and moved about together."""

import hashlib
import math

import numpy as np

FEWEST = 64  # blocks, where there are as many examples
ENDS = 2**16  # bytes of a file that a digest reads at each end


class Blocks:
    """Ranges of the examples of files.

    Args:
        files: List of readers, of examples of one shape.
        table: Integer array `(blocks, 3)`: number of the file, first example, end; sorted.
    """

    def __init__(self, files: list, table: np.ndarray):
        self.files = files
        self.table = table
        self.places, self.features = files[0].shape[1:-1], files[0].shape[-1]
        self._places = math.prod(self.places)
        self.sizes = (table[:, 2] - table[:, 1]) * self._places
        self.rows = int(self.sizes.sum())
        self.largest = int(self.sizes.max(initial=1))
        self.examples_before = np.cumsum([0, *(file.shape[0] for file in files)])

    def read(self, table):
        """For each of these blocks, which are sorted, an array `(rows, features)`.

        Raises:
            ValueError: If numbers are not finite, with the row.
        """
        for number in np.unique(table[:, 0]):
            ranges = table[table[:, 0] == number, 1:].tolist()
            for (first, _), part in zip(ranges, self.files[number].read(ranges)):
                rows = part.reshape(-1, self.features)
                finite = np.isfinite(rows)
                if not finite.all():
                    self._refuse(number, first, finite.all(axis=1).argmin())
                yield rows

    def _refuse(self, number, first, row):
        row += (self.examples_before[number] + first) * self._places
        raise ValueError(
            f"Expected finite numbers in {self.files[number].path}. Received: NaN or infinity in "
            f"row {row:,}, counted over all files. Repair it, or leave it out."
        )

    def located(self, rows):
        """The numbers of the file, of the example in it, and of the place, of each row."""
        rows, ends = np.asarray(rows), np.cumsum(self.sizes)
        if rows.size and not (rows.min() >= 0 and rows.max() < self.rows):
            raise ValueError(
                f"Expected `rows` from 0 to {self.rows - 1}. Received: {rows.min()} to "
                f"{rows.max()}."
            )
        block = np.searchsorted(ends, rows, "right")
        within = rows - ends[block] + self.sizes[block]
        file, first, _ = self.table[block].T
        return file, first + within // self._places, within % self._places

    def split(self, rows, seed):
        """Two of the kind, of which the second has at least so many rows, of blocks drawn."""
        order = np.random.default_rng(seed).permutation(len(self.table))
        count = int(np.searchsorted(np.cumsum(self.sizes[order]), rows)) + 1
        if rows < 1 or count >= len(order):
            raise ValueError(
                f"Expected `rows` to leave a block on both sides, of {len(order)} with at most "
                f"{self.largest:,} rows each. Received: {rows:,} of {self.rows:,} rows."
            )
        held_out, kept = np.sort(order[:count]), np.sort(order[count:])
        return Blocks(self.files, self.table[kept]), Blocks(self.files, self.table[held_out])

    def digest(self):
        sha256 = hashlib.sha256(self.table.tobytes())
        for file in self.files:
            size = file.path.stat().st_size
            sha256.update(f"{file.shape}{size}".encode())
            with file.path.open("rb") as content:
                sha256.update(content.read(ENDS))
                content.seek(max(0, size - ENDS))
                sha256.update(content.read())
        return sha256.hexdigest()[:16]


def blocks_of(files, most):
    """All examples of files, in `Blocks` of at most so many bytes of float32, or of one example."""
    examples = sum(file.shape[0] for file in files)
    size = max(1, min(most // (4 * math.prod(files[0].shape[1:])), examples // FEWEST))
    parts = []
    for number, file in enumerate(files):
        starts = np.arange(0, file.shape[0], size)
        ends = np.minimum(starts + size, file.shape[0])
        parts.append(np.stack([np.full(len(starts), number), starts, ends], axis=1))
    return Blocks(files, np.concatenate(parts))
