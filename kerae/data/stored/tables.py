"""Tables: Parquet, and the Arrow streams in which Hugging Face's `datasets` keeps data."""

from typing import Any

import numpy as np

from ...checks.extras import require
from .columns import depth, innermost, is_float, lengths, values
from .refused import damaged, one_array

PIECE = 2**22  # bytes of a Parquet file decoded at once, about
TOKENS = "token_ids"
END = b"\xff\xff\xff\xff\0\0\0\0"  # of an Arrow stream


class Table:
    """A column of lists in rows, or, where there is none, all columns of numbers side by side.

    Args:
        path: `pathlib.Path`.
        schema: Of pyarrow.
        column: String, asked for, or `None`.
        ends: Array of the row that each part of the file ends before.
    """

    def __init__(self, path, schema, column, ends):
        self.path = path
        self._ends = ends
        if not sum(ends[-1:]):
            raise ValueError(
                f"Expected rows in {path}. Received: none. Leave the file out, or write it again."
            )
        lists = [field.name for field in schema if is_float(innermost(field)) and depth(field)]
        numbers = [field.name for field in schema if is_float(field.type)]
        if column is None and not lists and numbers:
            self._columns = numbers
            self.shape = (int(ends[-1]), len(numbers))
        else:
            self._columns = [one_array(path, lists, column)]
            first = next(self._parts([(0, 1)], self._columns))[0].column(0)
            self.shape = (int(ends[-1]), *lengths(first))
        if TOKENS in schema.names:
            self.token_ids = self._token_ids

    def read(self, ranges):
        for parts in self._parts(ranges, self._columns):
            arrays = [self._array(part) for part in parts]
            yield np.concatenate(arrays) if len(arrays) > 1 else arrays[0]

    def _array(self, part):
        if len(self.shape) == 2 and not depth(part.schema[0]):
            return np.stack([values(column, (), self.path) for column in part.columns], axis=1)
        return values(part.column(0), self.shape[1:], self.path)

    def _token_ids(self, start, stop):
        (parts,) = self._parts([(start, stop)], [TOKENS])
        shape = lengths(parts[0].column(0))
        return np.concatenate([values(part.column(0), shape, self.path) for part in parts])

    def _part_with(self, row):
        """The number of the part of the file that holds a row, and the row that it begins with."""
        number = int(np.searchsorted(self._ends, row, "right"))
        return number, int(self._ends[number - 1]) if number else 0

    def _parts(self, ranges, columns):
        """For each range a list of record batches."""
        raise NotImplementedError


class ParquetFile(Table):
    """A Parquet file, of which row groups are decoded piece by piece."""

    def _parts(self, ranges, columns):
        from pyarrow import parquet

        with parquet.ParquetFile(self.path, buffer_size=PIECE) as file:
            group, first, end = None, 0, 0
            pieces: Any = None
            piece: Any = None
            for start, stop in ranges:
                parts = []
                while start < stop:
                    wanted, begin = self._part_with(start)
                    if wanted != group:
                        group, end, rows = wanted, begin, self._rows_of(file, wanted)
                        pieces = file.iter_batches(rows, row_groups=[group], columns=columns)
                    while end <= start:
                        piece = next(pieces)
                        first, end = end, end + piece.num_rows
                    parts.append(piece.slice(start - first, min(stop, end) - start))
                    start = min(stop, end)
                yield parts

    def _rows_of(self, file, group):
        about = file.metadata.row_group(group)
        return max(1, PIECE * about.num_rows // max(1, about.total_byte_size))


class ArrowStream(Table):
    """An Arrow stream, mapped into memory for as long as a range of it is read.

    Args:
        path: `pathlib.Path`.
        schema: Of pyarrow.
        column: String, asked for, or `None`.
        ends: Array of the row that each record batch ends before.
        offsets: List of the bytes that they begin at.
    """

    def __init__(self, path, schema, column, ends, offsets):
        self._schema = schema
        self._offsets = offsets
        super().__init__(path, schema, column, ends)

    def _parts(self, ranges, columns):
        import pyarrow as pa

        for start, stop in ranges:
            parts = []
            # Mapped anew: pages that were read count as memory of the process until then.
            with pa.memory_map(str(self.path)) as file:
                while start < stop:
                    number, first = self._part_with(start)
                    file.seek(self._offsets[number])
                    batch = pa.ipc.read_record_batch(pa.ipc.read_message(file), self._schema)
                    upto = min(stop, int(self._ends[number]))
                    parts.append(batch.select(columns).slice(start - first, upto - start))
                    start = upto
                yield parts


def open_parquet(path, column):
    require(f"Reading {path}", "analysis", "pyarrow")
    import pyarrow as pa
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(path) as file:
            about, schema = file.metadata, file.schema_arrow
    except pa.ArrowInvalid as error:
        raise damaged(path, error) from error
    counts = [about.row_group(number).num_rows for number in range(about.num_row_groups)]
    return ParquetFile(path, schema, column, np.cumsum(counts))


def open_arrow(path, column):
    require(f"Reading {path}", "analysis", "pyarrow")
    import pyarrow as pa

    counts, offsets = [], []
    try:
        with pa.memory_map(str(path)) as file:
            schema = pa.ipc.read_schema(file)
            # It ends with the file, or with eight bytes that say so.
            while (offset := file.tell()) < file.size() and file.read(8) != END:
                file.seek(offset)
                message = pa.ipc.read_message(file)
                counts.append(pa.ipc.read_record_batch(message, schema).num_rows)
                offsets.append(offset)
    except (pa.ArrowInvalid, EOFError, OSError) as error:
        raise damaged(path, error) from error
    return ArrowStream(path, schema, column, np.cumsum(counts), offsets)
