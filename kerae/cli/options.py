"""Options that several commands share."""

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ..backend.choice import BACKENDS, choose_backend
from ..distribution import STRATEGIES
from .opened import checked_run

Backend = StrEnum("Backend", BACKENDS)
FittedPrior = StrEnum(
    "FittedPrior",
    "gmm kde neural_spline real_nvp iaf maf second_stage vamp pixel_cnn transformer mask_git",
)
Strategy = StrEnum("Strategy", list(STRATEGIES))


def use_backend(backend):
    """Sets the backend; Keras reads it when it is imported, which commands do when they run.

    Returns:
        The one that was asked for, here or by the environment, or `None`.
    """
    if backend is not None:
        os.environ["KERAS_BACKEND"] = str(backend)
    asked_for = os.environ.get("KERAS_BACKEND") or None
    choose_backend()
    return asked_for


BackendOption = Annotated[
    Backend | None,
    typer.Option(
        "--backend",
        metavar="NAME",
        help="Keras' backend: tensorflow, jax or torch. Defaults to KERAS_BACKEND, else to one "
        "that is installed; to train, to the fastest if doctor --speed has measured it.",
        callback=use_backend,
        is_eager=True,
    ),
]
DataOption = Annotated[
    str,
    typer.Option(
        "--data",
        help="digits, shapes, a name of TensorFlow Datasets, or a path, also of activations.",
    ),
]
RunDataOption = Annotated[
    str | None, typer.Option("--data", help="Data set; by default that of the run.")
]
DataDirOption = Annotated[
    Path | None,
    typer.Option("--data-dir", help="Folder where TensorFlow Datasets keeps its data."),
]
PriorOption = Annotated[
    FittedPrior | None,
    typer.Option(
        "--prior",
        metavar="NAME",
        help=f"Fitted to the codes of the training examples, and kept: {', '.join(FittedPrior)}.",
    ),
]
SeedOption = Annotated[int, typer.Option("--seed", help="Seed of all random numbers.", min=0)]
StrategyOption = Annotated[
    Strategy,
    typer.Option(
        "--strategy",
        metavar="NAME",
        help=f"How it trains on many devices: {', '.join(STRATEGIES)}.",
    ),
]
DevicesOption = Annotated[
    int | None,
    typer.Option("--devices", help="How many to use; without GPUs, parts of the CPU.", min=1),
]
RunArgument = Annotated[
    Path,
    typer.Argument(help="Folder that `kerae train` wrote, or a .keras file.", callback=checked_run),
]
AllowHostOption = Annotated[
    list[str] | None,
    typer.Option(
        "--allow-host",
        help="Another name by which it is reached, or of a site whose pages may ask; * for any.",
    ),
]
