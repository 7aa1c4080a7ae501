"""`kerae train MODEL`: one command a model, its options read from the model's constructor."""

import inspect
import json
import math
import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from typer.core import TyperGroup

from ..checks.source import path_of_source
from .model_outlines import outlines
from .opened import import_keras
from .options import (
    BackendOption,
    DataDirOption,
    DataOption,
    DevicesOption,
    SeedOption,
    Strategy,
    StrategyOption,
    use_backend,
)
from .speed import fastest

INTERRUPTED = 130
WITH_SCALE, SCALES = ("normal", "laplace"), ("learned", "predicted")


class Binarization(StrEnum):
    none = "none"
    threshold = "threshold"
    fixed = "fixed"
    dynamic = "dynamic"


class ModelCommands(TyperGroup):
    """Makes the command of a model when it is asked for, from what its file says."""

    def list_commands(self, ctx):
        return [name for name, outline in outlines().items() if outline.shape_argument]

    def get_command(self, ctx, name):
        name = name.lower()  # of the class, too
        outline = outlines().get(name)
        return None if outline is None else _command(name, outline)


app = typer.Typer(cls=ModelCommands, help="Train a model.", no_args_is_help=True)


@app.callback()
def _train():
    """Train a model: `kerae train vae --data mnist`; `kerae train vae --help` for its options."""


def _command(command_name, outline):
    own = [
        parameter.replace(
            annotation=Annotated[
                parameter.annotation,
                typer.Option(*_flags(parameter), help=_in_short(outline.helps[name])),
            ],
        )
        for name, parameter in outline.options.items()
        if name != outline.shape_argument
    ]
    common = list(inspect.signature(_run).parameters.values())[1:-1]

    def command(**options):
        if not outline.shape_argument:
            raise ValueError(
                f"Expected a model of data in one array, as in a data set. Received: {command_name}"
                f", of several. Train kerae.{outline.class_name} from Python."
            )
        _run(outline.class_name, **options)

    command.__signature__ = inspect.Signature(
        [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in common] + own
    )
    command.__doc__ = outline.idea
    single = typer.Typer(add_completion=False)
    single.command(command_name)(command)
    return typer.main.get_command(single)


def _in_short(text):
    """A docstring's words on an argument without the marks and the folders of names in it."""
    return re.sub(r"`(?:kerae\.\w+\.)?([^`]*)`", r"\1", text)


def _flags(parameter):
    """The option's name where typer would keep an underscore, or add `--no-tied` to `--tied`."""
    name = parameter.name.rstrip("_").replace("_", "-")
    is_switch = parameter.annotation is bool and parameter.default is False
    return [f"--{name}"] if is_switch or parameter.name.endswith("_") else []


def _run(
    class_name,
    data: DataOption,
    out: Annotated[
        Path | None, typer.Option(help="Folder of the run. Defaults to MODEL_DATA in saved_models.")
    ] = None,
    data_dir: DataDirOption = None,
    epochs: Annotated[int, typer.Option(help="Passes over the training data.", min=1)] = 20,
    batch_size: Annotated[
        int, typer.Option(help="Examples a training step, of all devices together.", min=1)
    ] = 128,
    learning_rate: Annotated[
        float,
        typer.Option(
            help="Of Adam, the largest: it rises in a tenth of the steps, and falls to 0.", min=0
        ),
    ] = 2e-3,
    validation: Annotated[
        float,
        typer.Option(help="Training examples held out: a number, or a part below 1.", min=0),
    ] = 0.1,
    binarize: Annotated[
        Binarization,
        typer.Option(
            metavar="NAME",
            help=f"How gray pixels are made binary: {', '.join(Binarization)}.",
        ),
    ] = Binarization.none,
    scale: Annotated[
        str | None,
        typer.Option(
            help="Of --likelihood normal or laplace: a number, learned or predicted. Defaults to 1."
        ),
    ] = None,
    seed: SeedOption = 0,
    backend: BackendOption = None,
    strategy: StrategyOption = Strategy.none,  # pyright: ignore[reportAttributeAccessIssue]
    devices: DevicesOption = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on after the last whole epoch of this run.")
    ] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace a run in this folder.")
    ] = False,
    **options,
):
    path_of_source(data, data_dir)
    of_scale = () if scale is None else (_checked_scale(scale, options.get("likelihood")),)
    if resume and overwrite:
        raise ValueError("Expected --resume or --overwrite. Received: both. Leave one out.")
    if backend is None and not resume and (measured := fastest(class_name)):
        print(f"On {measured}, the fastest for {class_name} as `kerae doctor --speed` found.")
        use_backend(measured)
    import_keras()
    from .. import data as kerae_data
    from .. import distribution, likelihoods, models, run
    from ..random_seed import set_random_seed
    from .report import report

    model = getattr(models, class_name)
    if of_scale:
        options["likelihood"] = likelihoods.NAMES[options["likelihood"]](*of_scale)
    with distribution.strategy(strategy, devices):
        set_random_seed(seed)
        dataset = kerae_data.load(data, data_dir)
        out = out or Path("saved_models") / f"{model.__name__.lower()}_{dataset.name}"
        if options.get("num_classes", 0) is None and "condition_shape" in model.argument_names():
            options["num_classes"] = len(dataset.class_names)
        if binarize is not Binarization.none:
            options["preprocessing"] = kerae_data.Binarize(str(binarize), seed=seed)
        built = model(_shape_for(model, dataset), **options)
        try:
            record = run.train(
                built.start_at_mean(dataset.examples_to_start_at),
                dataset,
                out,
                epochs=epochs,
                batch_size=batch_size,
                learning_rate=learning_rate,
                validation=validation,
                seed=seed,
                resume=resume,
                overwrite=overwrite,
                source={"name": data, "data_dir": data_dir and str(data_dir)},
            )
        except KeyboardInterrupt:
            print(f"\nInterrupted. {_what_is_left(out)}")
            raise typer.Exit(INTERRUPTED) from None
        report(out, record, is_dictionary=hasattr(built, "atoms"))


def _shape_for(model, dataset):
    """What a model is made of: the shape of an example, or the size of vectors."""
    if "input_shape" in model.argument_names():
        return dataset.input_shape
    if len(dataset.input_shape) > 1:
        raise ValueError(
            f"Expected vectors, such as activations, for {model.__name__}. Received: {dataset.name}"
            f", examples of shape {dataset.input_shape}. Give an array (n, size) in a file."
        )
    return dataset.input_shape[0]


def _what_is_left(out):
    if json.loads((out / "run.json").read_text())["finished"]:
        return f"The run that was to be replaced is in {out} as it was."
    return f"With --resume the run in {out} goes on after its last whole epoch."


def _checked_scale(scale, likelihood):
    if likelihood not in WITH_SCALE:
        raise ValueError(
            f"--scale is for --likelihood {' or '.join(WITH_SCALE)}. Received: --likelihood "
            f"{likelihood}. Leave it out."
        )
    if scale in SCALES:
        return scale
    try:
        if 0 < float(scale) < math.inf:
            return float(scale)
    except ValueError:
        pass
    raise ValueError(
        f"Expected --scale to be a number above 0, {' or '.join(SCALES)}. Received: {scale}. "
        "Correct it."
    )
