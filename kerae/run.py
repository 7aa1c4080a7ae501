"""A training run: a folder with the model, what made it, how it went, and pictures of it."""

import json
import math
import shutil
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import keras

from . import distribution
from .autoencoder import Autoencoder
from .callbacks import Checkpoint
from .callbacks.history_file import HistoryFile
from .callbacks.interruption import Interruption
from .callbacks.keep_best import keep_best
from .checks.extras import advice, require
from .checks.types import FilePath
from .configurable import describe
from .data.dataset import Dataset
from .data.hold_out import rows_held_out
from .figures.run_figures import run_figures
from .figures.savable import NEEDED
from .files import replacing
from .versions import versions

# When a run is resumed; the data's digest tells sources apart.
MAY_CHANGE = ("epochs", "source", "strategy", "replicas")
# By other commands, about a model that is no longer there.
ABOUT = ("report.html", "report.json", "report.parquet", "scores.parquet")
WRITTEN = ("model.keras", "run.json", "history.csv", "figures", "checkpoints", *ABOUT)


def train(
    model: Autoencoder,
    data: Dataset,
    out: FilePath,
    epochs: int,
    batch_size: int = 128,
    learning_rate: float = 1e-3,
    validation: float = 0.1,
    seed: int = 0,
    resume: bool = False,
    overwrite: bool = False,
    source: dict | None = None,
) -> dict[str, Any]:
    """Trains a model with Adam on a cosine schedule and writes a run folder.

    A part of the training examples is held out: after every epoch the model is kept if it is the
    best on them so far (unless a schedule or an adversary changes the objective meanwhile: then
    the last is kept). The test examples are read once, at the end.

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
        learning_rate: Float, at the start; it falls to 0 along a cosine.
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
        ValueError: If a run is to be resumed that was made with other settings.
    """
    if hasattr(model, "fit_prior"):
        require(f"kerae.train of {type(model).__name__}", "analysis", "sklearn")
    undrawn = advice("The folder figures/ of a run", "analysis", *NEEDED)
    if undrawn:
        warnings.warn(undrawn, stacklevel=2)
    out = Path(out)
    kept, held_out = rows_held_out(len(data.x_train), validation, seed)
    x, y = data.x_train, data.y_train
    examples = {
        "train": _examples(model, x[kept], y[kept]),
        "validation": _examples(model, x[held_out], y[held_out]),
        "test": _examples(model, data.x_test, data.y_test),
    }
    record = {
        "model": describe(model),
        "data": {
            "name": data.name,
            "source": source,
            "digest": data.digest,
            "input_shape": list(data.input_shape),
            "train": len(kept),
            "validation": len(held_out),
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
    _prepare(out, record, resume, overwrite)
    _write_json(out / "run.json", {**record, "finished": False})

    steps = epochs * math.ceil(len(kept) / batch_size)
    schedule = keras.optimizers.schedules.CosineDecay(learning_rate, steps)
    model.compile(optimizer=keras.optimizers.Adam(schedule))
    checkpoint = Checkpoint(out / "checkpoints")
    first_epoch = checkpoint.restore(model)
    history = HistoryFile(out / "history.csv", first_epoch)
    started = time.perf_counter()
    with Interruption() as interruption:
        model.fit(
            *examples["train"],
            validation_data=examples["validation"],
            epochs=epochs,
            initial_epoch=first_epoch,
            batch_size=batch_size,
            callbacks=[
                keep_best(model, out / "model.keras", history),
                history,
                checkpoint,
                interruption,
            ],
            verbose=1 if sys.stdout.isatty() else 2,
        )
    seconds = time.perf_counter() - started

    distribution.barrier()  # until the first process has written what all read now
    model.restore(out / "model.keras")
    if hasattr(model, "fit_prior"):  # a density that is fitted to the codes of the best weights
        model.fit_prior(x[kept], seed)
        model.save(out / "model.keras")
    metrics = {
        name: model.evaluate(*examples[name], batch_size=1000, return_dict=True, verbose=0)
        for name in ("validation", "test")
    }
    if not undrawn:
        run_figures(model, data, history.columns(), out / "figures", seed)
    record |= {
        "metrics": metrics,
        "epochs_trained_now": epochs - first_epoch,
        "seconds_trained_now": round(seconds, 1),
        "parameters": model.count_params(),
        "versions": versions(),
        "finished": True,
    }
    _write_json(out / "run.json", record)
    distribution.barrier()  # a process that returns finds the whole folder
    return record


def _examples(model, x, y):
    return (x, y) if model.label_readers else (x,)


def _prepare(out, record, resume, overwrite):
    before = out / "run.json"
    if resume and before.exists():
        old = json.loads(before.read_text())
        for part in ("model", "data", "training"):
            for name in record[part]:
                if name not in MAY_CHANGE and old[part].get(name) != record[part][name]:
                    raise ValueError(
                        f"{out} was made with {part} {name} = {old[part].get(name)!r}, but now it "
                        f"is {record[part][name]!r}. Resume with the same settings, or start "
                        "again with overwrite."
                    )
        return
    existing = [name for name in WRITTEN if (out / name).exists()]
    if existing and not overwrite:
        raise FileExistsError(
            f"{out} already holds a run ({', '.join(existing)}). Choose another folder, or pass "
            "--resume (resume=True) to go on with it or --overwrite (overwrite=True) to replace it."
        )
    distribution.barrier()  # until all have looked
    if distribution.is_first():
        for name in existing:
            path = out / name
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    distribution.barrier()


def _write_json(path, record):
    with replacing(path) as partial:
        partial.write_text(json.dumps(record, indent=2) + "\n")
