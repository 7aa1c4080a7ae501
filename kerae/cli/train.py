"""`kerae train MODEL`: one command a model, its options read from the model's constructor."""

import inspect
import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from typer.core import TyperGroup

from ..backend.choice import BACKENDS
from .models import help_of, hyperparameters, public_models
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

INTERRUPTED = 130


class Binarization(StrEnum):
    none = "none"
    threshold = "threshold"
    fixed = "fixed"
    dynamic = "dynamic"


class ModelCommands(TyperGroup):
    """Makes the command of a model when it is asked for, so that Keras is imported only then."""

    def resolve_command(self, ctx, args):
        # The model's options come from its class, which imports Keras: its backend comes first.
        given = re.search(r"(?:^| )--backend[ =](\S+)", " ".join(args))
        use_backend(given[1] if given and given[1] in BACKENDS else None)
        return super().resolve_command(ctx, args)

    def list_commands(self, ctx):
        use_backend(None)
        return list(public_models())

    def get_command(self, ctx, name):
        model = public_models().get(name)
        return None if model is None else _command(name, model)


app = typer.Typer(cls=ModelCommands, help="Train a model.", no_args_is_help=True)


@app.callback()
def _train():
    """Train a model: `kerae train vae --data mnist`; `kerae train vae --help` for its options."""


def _command(command_name, model):
    import docstring_parser

    doc = docstring_parser.parse(model.__doc__)
    help_texts = help_of(model)
    own = [
        parameter.replace(
            kind=inspect.Parameter.KEYWORD_ONLY,
            annotation=Annotated[
                parameter.annotation, typer.Option(*_flags(name), help=help_texts[name])
            ],
        )
        for name, parameter in hyperparameters(model).items()
    ]
    common = list(inspect.signature(_run).parameters.values())[1:-1]

    def command(**options):
        _run(model, **options)

    command.__signature__ = inspect.Signature(
        [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in common] + own
    )
    command.__doc__ = doc.short_description
    single = typer.Typer(add_completion=False)
    single.command(command_name)(command)
    return typer.main.get_command(single)


def _flags(name):
    """The option's name where typer would keep the underscore of, say, `lambda_`."""
    return [f"--{name.rstrip('_')}"] if name.endswith("_") else []


def _run(
    model,
    data: DataOption,
    out: Annotated[
        Path | None, typer.Option(help="Folder of the run. Defaults to saved_models/MODEL_DATA.")
    ] = None,
    data_dir: DataDirOption = None,
    epochs: Annotated[int, typer.Option(help="Passes over the training data.", min=1)] = 20,
    batch_size: Annotated[
        int, typer.Option(help="Examples a training step, of all devices together.", min=1)
    ] = 128,
    learning_rate: Annotated[
        float, typer.Option(help="Of Adam, at the start; it falls to 0 along a cosine.")
    ] = 1e-3,
    validation: Annotated[
        float, typer.Option(help="Training examples held out: a number, or a part below 1.")
    ] = 0.1,
    binarize: Annotated[
        Binarization, typer.Option(help="How gray pixels are made binary.")
    ] = Binarization.none,
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
    from .. import data as kerae_data
    from .. import distribution, run
    from ..random_seed import set_random_seed
    from .report import report

    with distribution.strategy(strategy, devices):
        set_random_seed(seed)
        dataset = kerae_data.load(data, data_dir)
        out = out or Path("saved_models") / f"{model.__name__.lower()}_{dataset.name}"
        preprocessing = None
        if binarize is not Binarization.none:
            preprocessing = kerae_data.Binarize(str(binarize), seed=seed)
        built = model(dataset.input_shape, preprocessing=preprocessing, **options)
        try:
            record = run.train(
                built.start_at_mean(dataset.x_train),
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
            print(
                f"\nInterrupted. With --resume the run in {out} goes on after its last whole epoch."
            )
            raise typer.Exit(INTERRUPTED) from None
        report(out, record)
