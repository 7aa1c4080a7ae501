"""Vectors by the million, such as a network's activations, in files larger than memory."""

import copy
import math
from typing import Any, Self

import keras
import numpy as np

from ..checks.arguments import checked
from ..checks.numbers import check_count
from .stored.blocks import Blocks, blocks_of
from .stored.mixed_order import MixedOrder
from .stored.opening import opened

BLOCK = 2**18  # bytes of neighbors that are moved about together
PARTS = 4  # of the memory: the rows in use, those before, those read ahead, and batches under way


class Activations(keras.utils.PyDataset):
    """Vectors in files, for training without the whole of them in memory.

    | path | what is read |
    |---|---|
    | `.npy`, `.npz`, `.safetensors` | an array `(examples, ..., features)` of floats |
    | `.parquet` | a column of lists, or all columns of floats as the features |
    | `.arrow` | the streams of Hugging Face's `datasets`, as SAELens keeps activations |
    | a folder | all files of one of these kinds; what `record_activations` wrote |

    A row is a vector of features: where examples have places, such as the tokens of a text or
    the pixels of a map, each place is a row, and `origin` tells which.

    `model.fit(activations)` reads them mixed: blocks of neighbors (256 KiB or less, or an example)
    are drawn from all files at random, as many as fill a quarter of `memory`, and their rows are
    shuffled while the next ones are read in a thread. Every row comes once a pass, but for the last
    `rows % batch_size`, which are others in every pass. Which rows batch number `n` holds depends
    on the files, `seed`, `memory`, `batch_size` and `n` alone, and `fit` goes on at the batch that
    is the model's own count of steps: a model that was restored in the midst of a pass sees the
    batches that one sees which never stopped. `fit(steps_per_epoch=...)` makes epochs, after which
    callbacks save and validate, shorter than a pass.

    By itself it is a data set of its rows in their order, which `evaluate`, `encode` and the like
    read to the end.

    Memory: at most `memory` bytes of rows, whatever the files hold, and some 50 for each block.
    A compressed `.npz` is read from its beginning for every quarter of `memory`.

    Args:
        paths: Path of a file or folder, or a list of such, in the order of their rows.
        batch_size: Integer, rows a batch. Defaults to 4,096.
        memory: Integer, bytes. Defaults to 512 MiB.
        seed: Integer, of the order.
        column: String, the array in each file or the column of each table. Defaults to the only
            one that there is.

    Attributes:
        rows: Integer, how many there are.
        places: Tuple, the shape of what lies between examples and features; empty without.
        input_shape: Tuple `(features,)`.

    Example:

    >>> import tempfile
    >>> from pathlib import Path
    >>> folder = Path(tempfile.mkdtemp())
    >>> for shard in range(3):
    ...     np.save(folder / f"{shard}.npy", np.random.randn(1000, 16).astype("float32"))
    >>> x = kerae.data.Activations(folder, batch_size=256)
    >>> x.rows, len(x), x.sample(100).shape
    (3000, 12, (100, 16))
    >>> model = kerae.AE((16,), latent_dim=4, likelihood="normal")
    >>> model.compile()
    >>> _ = model.fit(x, epochs=2, verbose=0)

    Raises:
        FileNotFoundError: If there is nothing at a path.
        ValueError: If a file is damaged or holds something else, or `memory` four batches or less.
    """

    @checked
    def __init__(
        self,
        paths: Any,
        batch_size: int = 4096,
        memory: int = 2**29,
        seed: int = 0,
        column: str | None = None,
    ) -> None:
        super().__init__()
        check_count("batch_size", batch_size)
        check_count("memory", memory)
        check_count("seed", seed, 0)
        self.paths = paths
        self.batch_size = int(batch_size)
        self.memory = int(memory)
        self.seed = int(seed)
        self.column = column
        self._use(blocks_of(opened(paths, column), min(BLOCK, memory // PARTS // 16)))
        least = max(self.batch_size, self.blocks.largest)
        if self.chunk_rows < least:
            raise ValueError(
                "Expected a `memory` of at least four batches, or examples where these are larger: "
                f"{PARTS * 4 * self.input_shape[0] * least:,} bytes. Received: {memory:,}."
            )

    def _use(self, blocks: Blocks):
        self.blocks = blocks
        self.rows, self.places, self.input_shape = blocks.rows, blocks.places, (blocks.features,)
        if not self.rows:
            raise ValueError(f"Expected activations in {self.paths}. Received: none.")
        self.chunk_rows = self.memory // PARTS // (4 * blocks.features)
        self._order = MixedOrder(blocks, self.chunk_rows, PARTS - 1, self.seed)

    @property
    def num_batches(self) -> int:
        return math.ceil(self.rows / self.batch_size)

    def __len__(self) -> int:
        return self.num_batches

    def __getitem__(self, index):
        return (self.in_order(index),)

    def in_order(self, number: int) -> np.ndarray:
        """A batch in the order of the files, an array `(batch_size or less, features)`."""
        start = number * self.batch_size
        if not 0 <= start < self.rows:
            raise IndexError(f"There are {len(self)} batches. Received: {number}.")
        return self._order.rows(None, start, min(start + self.batch_size, self.rows))

    def mixed(self, number: int, batch_size: int, count: int = 1) -> np.ndarray:
        """Batches of the endless mixed order, in one array that is not to be written to.

        Args:
            number: Integer, of the first one.
            batch_size: Integer.
            count: Integer, how many; those of another pass are left to another call.
        Returns:
            Float32 array `(count * batch_size, features)`.
        """
        in_pass = self.rows // batch_size
        number_of_pass, first = divmod(number, in_pass)
        last = min(first + count, in_pass)
        return self._order.rows(number_of_pass, first * batch_size, last * batch_size)

    def sample(self, count: int) -> np.ndarray:
        """So many rows from everywhere, or as many as a quarter of `memory` holds.

        Args:
            count: Integer.
        Returns:
            Float32 array `(count or less, features)`, not to be written to.
        """
        return self.mixed(0, min(count, self.rows, self.chunk_rows))

    def first_rows(self) -> np.ndarray:
        """The rows of the first block, to look at what they are."""
        return next(self.blocks.read(self.blocks.table[:1]))

    def origin(self, rows: Any) -> tuple[np.ndarray, np.ndarray]:
        """Where rows come from.

        Args:
            rows: Integer array `(n,)`, numbers of rows in the order of the files.
        Returns:
            Integer arrays `(n,)`: the number of the example, counted over all files, and of its
            place, counted along the axes of `places` as `numpy.unravel_index` does.
        Raises:
            ValueError: If there is no such row.
        """
        file, example, place = self.blocks.located(rows)
        return self.blocks.examples_before[file] + example, place

    def rows_at(self, rows: Any) -> np.ndarray:
        """The rows of these numbers, in the order of the files, each read by itself.

        Args:
            rows: Integer array `(n,)`.
        Returns:
            Float32 array `(n, features)`.
        Raises:
            ValueError: If there is no such row.
        """
        file, example, place = self.blocks.located(rows)
        wanted, back = np.unique(np.stack([file, example], axis=1), axis=0, return_inverse=True)
        examples = list(self.blocks.read(np.concatenate([wanted, wanted[:, 1:] + 1], axis=1)))
        pairs = zip(back.ravel(), place)
        return np.stack([examples[each][place] for each, place in pairs]).astype("float32")

    def token_ids(self, example: int) -> np.ndarray | None:
        """The tokens of an example, `places` of them, where an Arrow or Parquet file keeps them.

        Args:
            example: Integer, as `origin` tells it.
        Returns:
            Integer array, or None where they are not kept.
        """
        file = int(np.searchsorted(self.blocks.examples_before, example, "right")) - 1
        reader, within = self.blocks.files[file], example - self.blocks.examples_before[file]
        return reader.token_ids(within, within + 1)[0] if hasattr(reader, "token_ids") else None

    @checked
    def hold_out(self, rows: int, seed: int = 0) -> tuple[Self, np.ndarray]:
        """Sets rows aside, for validation: blocks drawn from everywhere, whole examples each.

        Args:
            rows: Integer, how many.
            seed: Integer, of the choice.
        Returns:
            `kerae.data.Activations` of the blocks that none of them lies in, and a float32 array
            `(rows, features)`.
        Raises:
            ValueError: If nothing would be left.
        """
        rest, held_out = self.blocks.split(rows, seed)
        others = copy.copy(self)
        others._use(rest)
        return others, np.concatenate(list(held_out.read(held_out.table)))[:rows].astype("float32")

    @property
    def digest(self) -> str:
        """Sixteen hexadecimal digits that change with the shape of a file, or with its ends."""
        return self.blocks.digest()

    def __repr__(self) -> str:
        return (
            f"Activations(rows={self.rows}, features={self.input_shape[0]}, places={self.places}, "
            f"files={len(self.blocks.files)})"
        )
