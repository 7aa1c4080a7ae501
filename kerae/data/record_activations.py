"""What a layer of a network gives, kept in files to train a dictionary on."""

import json
import math
from pathlib import Path
from typing import Any

import keras
import numpy as np

from .. import __version__
from ..checks.arguments import check_choice, checked
from ..checks.batches import batches_of, number_of_batches
from ..checks.given import as_array, is_array
from ..checks.numbers import check_count
from ..checks.types import FilePath
from ..files import remove, remove_leftovers, replacing
from .activations import Activations
from .layer_outputs import layer_outputs
from .stored.opening import OPENED_BY, RECORD, recorded

DTYPES = ("float32", "float16")
SHARD = "activations-{:05d}.npy"
COMPARED = 4  # examples of the first shard, computed anew where a recording is gone on with


@checked
def record_activations(
    model: Any,
    layer: Any,
    x: Any,
    folder: FilePath,
    dtype: str = "float32",
    batch_size: int = 256,
    shard_rows: int = 2**16,
    channel_axis: int = -1,
    overwrite: bool = False,
    verbose: bool = True,
) -> Activations:
    """Writes what a layer gives for each example, to read as `kerae.data.Activations`.

        activations-00000.npy …    (examples, ..., features), a shard each
        activations.json           model, layer, shape, dtype, rows, the version of kerae

    The model is called as for inference, and nothing in it changes. Of sequences and maps every
    token or place is a row; `Activations.origin` tells the example and the place of a row.

    Every file appears whole or not at all. Called again after an interruption, with the same
    arguments, it goes on after the last whole shard; a recording that is finished is opened. It
    refuses both where the first examples come out otherwise than they did.

    Of a layer that gives several arrays, as the blocks of transformers do, it is the first.

    Args:
        model: Keras model of any kind, or on any backend a `torch.nn.Module`.
        layer: String, or the layer itself: of a Keras model a name or a path such as
            `"encoder/dense"`, of a PyTorch module a dotted name as in `named_modules`.
        x: Array of what the model takes, or a data set of batches as `kerae.Autoencoder.encode`
            takes it.
        folder: Path of the folder to write to.
        dtype: `"float32"` or `"float16"`, of the numbers in files.
        batch_size: Integer, the examples of an array that are computed at once.
        shard_rows: Integer, the rows of a file, about.
        channel_axis: Integer, the axis of features in what the layer gives: 1 for convolutions of
            PyTorch. Defaults to the last.
        overwrite: Boolean, replaces what is in the folder.
        verbose: Boolean, whether it shows progress.
    Returns:
        `kerae.data.Activations`.

    Example:

    >>> import tempfile
    >>> hidden = keras.layers.Dense(8, "relu", name="hidden")
    >>> model = keras.Sequential([keras.Input((5,)), hidden, keras.layers.Dense(3)])
    >>> x = np.random.rand(100, 5).astype("float32")
    >>> kerae.data.record_activations(model, "hidden", x, tempfile.mkdtemp(), verbose=False)
    Activations(rows=100, features=8, places=(), files=1)

    Raises:
        FileExistsError: If the folder holds another recording, or files of something else, or the
            first examples come out otherwise than before, or are not as many.
        OSError: If the folder cannot be written.
        ValueError: If there is no such layer, it is called more than once or gives no array of
            floats, or a number is not finite, or too large for float16.
    """
    check_choice("dtype", dtype, DTYPES)
    check_count("batch_size", batch_size)
    check_count("shard_rows", shard_rows)

    folder = Path(folder)
    total = number_of_batches(x)
    if is_array(x):
        x = as_array(x, "x")
        total = math.ceil(len(x) / batch_size)
        given = (x[start : start + batch_size] for start in range(0, len(x), batch_size))
    else:
        given = (keras.utils.unpack_x_y_sample_weight(batch)[0] for batch in batches_of(x))
    name, outputs = layer_outputs(model, layer)

    def activations(inputs):
        with np.errstate(over="ignore"):
            part = np.moveaxis(outputs(inputs), channel_axis, -1).astype(dtype)
        if not np.isfinite(part).all():
            raise ValueError(
                f"Expected finite numbers of {name!r}, within {dtype}. Received: NaN, infinity or "
                "a number too large. Repair the data, or record float32."
            )
        return part

    record = {
        "model": f"{type(model).__module__}.{type(model).__qualname__}",
        "layer": name,
        "dtype": dtype,
        "batch_size": batch_size,
        "shard_rows": shard_rows,
    }
    finished = _is_finished(folder, record, overwrite)
    shards = _Shards(folder, shard_rows)
    if finished and is_array(x) and len(x) != shards.examples:
        shards.refuse(f"{len(x):,} examples in the place of {shards.examples:,}")
    bar = keras.utils.Progbar(total, verbose=int(verbose), unit_name="batch")
    passed = 0
    for number, inputs in enumerate(given, 1):
        if number == 1 and shards.examples:
            few = keras.tree.map_structure(lambda each: each[:COMPARED], inputs)
            shards.check_same(activations(few))
        if finished:
            return Activations(folder)
        if passed >= shards.examples:  # the others are in whole shards
            shards.add(activations(inputs))
        passed += len(keras.tree.flatten(inputs)[0])
        bar.update(number, finalize=number == total)
    shards.close()
    _write(folder, {**record, **shards.totals(), "kerae": __version__, "finished": True})
    return Activations(folder)


class _Shards:
    """The files of a recording, of whole batches each.

    Args:
        folder: `pathlib.Path`.
        rows: Integer, of a file, about.
    """

    def __init__(self, folder, rows):
        self._folder = folder
        self._rows = rows
        self._paths = sorted(folder.glob("activations-*.npy"))
        shapes = [np.load(path, mmap_mode="r").shape for path in self._paths]
        self._shape = shapes[0][1:] if shapes else ()
        self.examples = sum(shape[0] for shape in shapes)
        self._parts = []

    def check_same(self, part):
        before = np.load(self._paths[0], mmap_mode="r")[: len(part)]
        scale = np.abs(before).max()
        if before.shape != part.shape or not np.allclose(before, part, 1e-2, 1e-2 * scale):
            self.refuse("others, as the first examples come out otherwise")

    def refuse(self, received):
        raise FileExistsError(
            f"Expected the model and the data that the recording in {self._folder} was begun with. "
            f"Received: {received}. Choose another folder, or pass overwrite=True."
        )

    def add(self, part):
        self._shape = self._shape or part.shape[1:]
        if part.shape[1:] != self._shape:
            raise ValueError(
                f"Expected {self._shape} of every example. Received: {part.shape[1:]}. Pad them, "
                "or record examples of one length."
            )
        self._parts.append(part)
        if sum(map(len, self._parts)) * math.prod(self._shape[:-1]) >= self._rows:
            self.close()

    def close(self):
        """Writes what has come since the last file."""
        if not self._parts:
            return
        path = self._folder / SHARD.format(len(self._paths))
        shard = np.concatenate(self._parts)
        with replacing(path) as partial, partial.open("wb") as file:
            np.save(file, shard)
        self._paths.append(path)
        self.examples += len(shard)
        self._parts = []

    def totals(self):
        rows = self.examples * math.prod(self._shape[:-1])
        return {"examples": self.examples, "shape": list(self._shape), "rows": rows}


def _is_finished(folder, record, overwrite):
    """Whether the folder holds the whole of this recording; a new one is begun where it is none.

    Raises:
        FileExistsError: If it holds something else.
    """
    before = recorded(folder)
    files = [each for each in folder.glob("*") if each.suffix in OPENED_BY]
    if overwrite:
        (folder / RECORD).unlink(missing_ok=True)
        for each in files:
            remove(each)
        before, files = None, []
    if before is None and files:
        raise FileExistsError(
            f"Expected a folder without other arrays. Received: {folder} with {files[0].name}. "
            "Choose another folder, or pass overwrite=True to remove them."
        )
    for name, value in record.items() if before else ():
        if before[name] != value:
            raise FileExistsError(
                f"{folder} holds a recording with {name} = {before[name]!r}, but now it is "
                f"{value!r}. Choose another folder, or pass overwrite=True to replace it."
            )
    if before is None:
        _write(folder, {**record, "finished": False})
    remove_leftovers(folder)
    return before is not None and before["finished"]


def _write(folder, record):
    with replacing(folder / RECORD) as partial:
        partial.write_text(json.dumps(record, indent=2) + "\n")
