import json
import math
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import keras

from .. import distribution
from ..autoencoder import Autoencoder
from ..callbacks import Checkpoint
from ..callbacks.history_file import HistoryFile, read_history
from ..callbacks.interruption import Interruption
from ..callbacks.keep_best import keep_best
from ..checks.arguments import checked
from ..checks.extras import advice, require
from ..checks.types import FilePath
from ..configurable import describe
from ..data.activations import Activations
from ..data.dataset import Dataset
from ..figures.run_figures import run_figures
from ..figures.savable import NEEDED
from ..files import replacing
from ..latents import BatchTopK
from ..priors import GaussianMixture
from ..versions import versions
from .earlier_run import EarlierRun
from .learning_rate import warmed_up_cosine
from .only_writer import only_writer
from .resumption import check_folder, resumed
from .settings import check_settings, parts_of_data


@checked
def train(
    model: Autoencoder,
    data: Dataset,
    out: FilePath,
    epochs: int,
    batch_size: int = 128,
    learning_rate: float = 2e-3,
    validation: float = 0.1,
    seed: int = 0,
    resume: bool = False,
    overwrite: bool = False,
    source: dict | None = None,
) -> dict[str, Any]:
    """Trains a model with Adam on a cosine schedule and writes a run folder.

    A part of the training examples is held out: after every epoch the model is kept if it is the
    best on them so far (unless a schedule or an adversary changes the objective meanwhile: then
    the last is kept). The test examples are read once, at the end. A dictionary with
    `kerae.latents.BatchTopK` is calibrated on those held out.

    Everything is checked before a file is touched, and a run that is replaced is put back if the
    new one fails before the end of its first epoch. One process at a time writes a folder.

    Within `kerae.distribution.strategy` all processes call this alike; the first writes the folder,
    which has to lie on a disk that all of them see.

    Without what `kerae[analysis]` installs it warns, and draws no figures.

    Args:
        model: `kerae.Autoencoder`.
        data: `kerae.data.Dataset`.
        out: Folder to write `model.keras`, `run.json`, `history.csv`, `figures/` and
            `checkpoints/` to.
        epochs: Integer.
        batch_size: Integer, the examples of a training step, those of all devices together.
        learning_rate: Float, the largest: it is reached from a tenth of it in a tenth of the
            steps, and falls to 0 along a cosine.
        validation: How many training examples are held out: a number, or a fraction below 1.
        seed: Integer that the model was made after (`kerae.set_random_seed`); it chooses
            the examples held out.
        resume: Boolean, go on after the last epoch that an interrupted run finished.
        overwrite: Boolean, replace an earlier run.
        source: Dict, the arguments of `kerae.data.load`, to be kept in `run.json`.
    Returns:
        Dict, the content of `run.json`.
    Raises:
        FileExistsError: If the folder holds a run and neither `resume` nor `overwrite` is set.
        ModuleNotFoundError: If the model has a prior to fit, which needs scikit-learn.
        OSError: If the folder cannot be written.
        RuntimeError: If another process trains in the folder.
        ValueError: If an argument is wrong, the data do not fit the model, or a run is to be
            resumed that was made with other settings, has done more epochs, or lost all of its
            checkpoints.
    """
    if hasattr(model, "fit_prior") and isinstance(model.prior, GaussianMixture):
        require(f"kerae.train of {type(model).__name__}", "analysis", "sklearn")
    undrawn = advice("The folder figures/ of a run", "analysis", *NEEDED)
    if undrawn:
        warnings.warn(undrawn, stacklevel=3)
    check_settings(model, data, epochs, batch_size, learning_rate, validation, seed)
    epochs, batch_size, seed = int(epochs), int(batch_size), int(seed)  # also NumPy's, for JSON
    if resume and overwrite:
        raise ValueError(
            "Expected a run to be resumed or overwritten. Received: both. Leave one out."
        )
    out, examples = Path(out), parts_of_data(model, data, validation, seed)
    count = _count(examples["train"][0])
    record = {
        "model": describe(model),
        "data": {
            "name": data.name,
            "source": source,
            "digest": data.digest,
            "input_shape": list(data.input_shape),
            "train": count,
            "validation": len(examples["validation"][0]),
            "test": len(data.x_test),
        },
        "training": {
            "epochs": epochs,
            "batch_size": batch_size,
            "learning_rate": learning_rate,
            "seed": seed,
            "backend": keras.backend.backend(),
            "strategy": distribution.current(),
            "replicas": distribution.replicas(),
        },
    }
    schedule = warmed_up_cosine(learning_rate, epochs * math.ceil(count / batch_size))
    model.compile(optimizer=keras.optimizers.Adam(schedule))
    earlier = EarlierRun(out)
    with only_writer(out), earlier:
        earlier.put_back()
        distribution.barrier()  # until the first process has put it back
        check_folder(out, earlier.files(), record, resume, overwrite)
        distribution.barrier()  # until all have looked
        if overwrite:
            earlier.set_aside()
        distribution.barrier()
        _write_json(out / "run.json", {**record, "finished": False})
        record |= _fitted(model, out, examples, epochs, batch_size, earlier)
        distribution.barrier()  # until the first process has written what all read now
        model.restore(out / "model.keras")
        if hasattr(model, "fit_prior") and not model.prior.trainable_variables:
            # To the codes of the best weights; one that is trained with the model has its own.
            model.fit_prior(examples["train"][0], seed=seed)
            model.save(out / "model.keras")
        if isinstance(model.latent, BatchTopK) and hasattr(model, "calibrate"):
            model.calibrate(examples["validation"][0])
            model.save(out / "model.keras")
        record["metrics"] = {
            name: model.evaluate(*examples[name], batch_size=1000, return_dict=True, verbose=0)
            for name in ("validation", "test")
        }
        if not undrawn:
            history = read_history(out / "history.csv")
            run_figures(model, data, history, out / "figures", seed)
        record |= {
            "parameters": model.count_params(),
            "versions": versions(),
            "finished": True,
        }
        _write_json(out / "run.json", record)
        distribution.barrier()  # a process that returns finds the whole folder
    return record


def _fitted(model, out, examples, epochs, batch_size, earlier):
    """Trains a compiled model, from the newest checkpoint on; gives what is noted of it."""
    first_epoch, best = resumed(model, out, examples["validation"], batch_size)
    started = time.perf_counter()
    with Interruption() as interruption:
        model.fit(
            *examples["train"],
            validation_data=examples["validation"],
            epochs=epochs,
            initial_epoch=first_epoch,
            batch_size=batch_size,
            callbacks=[
                keep_best(model, out / "model.keras", best),
                HistoryFile(out / "history.csv", first_epoch),
                Checkpoint(out / "checkpoints"),
                earlier,
                interruption,
            ],
            verbose=1 if sys.stdout.isatty() else 2,
        )
    return {
        "epochs_trained_now": epochs - first_epoch,
        "seconds_trained_now": round(time.perf_counter() - started, 1),
    }


def _count(x):
    return x.rows if isinstance(x, Activations) else len(x)


def _write_json(path, record):
    with replacing(path) as partial:
        partial.write_text(json.dumps(record, indent=2) + "\n")
