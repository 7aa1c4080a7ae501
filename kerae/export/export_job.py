"""What the process does that exports a model: `KERAS_BACKEND=tensorflow python -m … FOLDER`."""

import json
import sys
from collections.abc import Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from ..checks.types import FilePath


def export_job(
    folder: Path,
    modules: Sequence[str],
    saved_model: FilePath,
    names: Sequence[str],
    image_bytes: bool,
    warm_up: Any = None,
    litert: FilePath | None = None,
) -> None:
    """Writes the model of `folder/model.keras` as a SavedModel.

    Args:
        folder: `pathlib.Path`.
        modules: Names of modules to import before the model is read.
        saved_model: Path of the folder to write.
        names: Names of the signatures.
        image_bytes: Boolean, whether there are signatures for image files.
        warm_up: Pair of the name that TensorFlow Serving gives the model and the batch sizes of
            the requests, of the questions in `folder/questions`, that it answers at its start.
        litert: Path of a LiteRT file to make of the SavedModel.
    """
    from ..backend.saved_model import as_litert, decoded_images, write_saved_model, write_warm_up
    from ..loading import load
    from .signatures import signatures

    for module in modules:
        import_module(module)
    model = load(folder / "model.keras")
    available = signatures(model, image_bytes, partial(decoded_images, shape=model.input_shape))
    saved_model = Path(saved_model)
    written = {name: available[name] for name in names}
    written.setdefault("serving_default", available[names[0]])  # which converters look for
    write_saved_model(written, saved_model)
    if warm_up:
        name, batch_sizes = warm_up
        write_warm_up(saved_model, name, _requests(folder / "questions", names, batch_sizes))
    if litert:
        Path(litert).write_bytes(as_litert(saved_model, names))


def _requests(questions, names, batch_sizes):
    for name in names:
        with np.load(questions / f"{name}.npz") as archive:
            inputs = dict(archive)
        for size in batch_sizes:
            yield name, {key: np.resize(a, (size, *a.shape[1:])) for key, a in inputs.items()}


if __name__ == "__main__":
    given = Path(sys.argv[1])
    export_job(given, **json.loads((given / "job.json").read_text()))
