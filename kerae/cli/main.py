"""The commands of `kerae`, and how their errors are told."""

import logging
import os
import sys
import traceback
import warnings
from typing import Annotated

import typer

from . import doctor, explore, export, features, models, runs, serve, train

WRONG_USE, FAILURE = 2, 1

app = typer.Typer(
    name="kerae",
    help="Autoencoders for Keras 3: train, evaluate, sample, look inside, deploy.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("models")(models.models)
app.add_typer(train.app, name="train")
app.command("evaluate")(runs.evaluate)
app.command("score")(runs.score)
app.command("sample")(runs.sample)
app.command("report")(runs.report)
app.command("explore")(explore.explore)
app.command("features")(features.features)
app.command("export")(export.export)
app.command("serve")(serve.serve)
app.command("doctor")(doctor.doctor)


@app.callback()
def options(
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
):
    pass


def main():
    """Runs the command line; a mistake in its use, or a missing package, exits with 2, a failure
    with 1.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    logging.getLogger("absl").setLevel(logging.ERROR)
    warnings.formatwarning = lambda message, *_: f"Warning: {message}\n"
    # A switch of the whole command, wherever it stands.
    debug = "--debug" in sys.argv
    arguments = [argument for argument in sys.argv[1:] if argument != "--debug"]
    try:
        app(arguments)
    except Exception as error:
        if debug:
            traceback.print_exc()
        else:
            _tell(error)
        sys.exit(WRONG_USE if _is_wrong_use(error) else FAILURE)


def _is_wrong_use(error):
    mistakes = ValueError | FileNotFoundError | FileExistsError | ModuleNotFoundError
    return isinstance(error, mistakes)


def _tell(error):
    from rich.console import Console

    known = ValueError | OSError | ImportError | FloatingPointError | RuntimeError
    text = str(error) if isinstance(error, known) else f"{type(error).__name__}: {error}"
    console = Console(stderr=True, highlight=False)
    console.print("[bold red]Error:[/]", end=" ")
    # What is to be pasted is not broken into lines.
    console.print(text, markup=False, soft_wrap=isinstance(error, ModuleNotFoundError))
    if not isinstance(error, known):
        console.print("This should not happen; --debug shows the traceback.")
