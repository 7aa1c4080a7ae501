"""Has a model exported by a process whose Keras runs on TensorFlow."""

import json
import os
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import keras

from .program import run_python

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


def export_in_tensorflow(model: "Autoencoder", folder: Path, **job: Any) -> None:
    """Saves a model to `folder` and has another process read it and do `export_job`.

    Args:
        model: `kerae.Autoencoder`.
        folder: `pathlib.Path` of a folder for files on the way.
        **job: The other arguments of `kerae.export.export_job.export_job`.
    Raises:
        RuntimeError: If that process fails, with the last line that it wrote.
        ValueError: If it could not find a class that the model is made of.
    """
    file = folder / "model.keras"
    model.save(file)
    job["modules"] = _modules_of_custom_objects(file)
    (folder / "job.json").write_text(json.dumps(job))
    run_python(
        "-m",
        "kerae.export.export_job",
        folder,
        failure=f"TensorFlow could not export this {type(model).__name__}.",
        KERAS_BACKEND="tensorflow",
        PYTHONPATH=os.pathsep.join(path for path in sys.path if path),
    )


def _modules_of_custom_objects(file):
    """The modules of the user's own classes that a `.keras` file names."""
    with zipfile.ZipFile(file) as archive:
        config = archive.read("config.json").decode()
    modules = set()
    for name, custom in keras.saving.get_custom_objects().items():
        module = custom.__module__
        if f'"{name}"' in config and module.split(".")[0] not in ("kerae", "keras"):
            if module == "__main__":
                raise ValueError(
                    f"{custom.__name__} is defined in the script or notebook that runs, where the "
                    "process that exports cannot find it. Move it to a module, and import it."
                )
            modules.add(module)
    return sorted(modules)
