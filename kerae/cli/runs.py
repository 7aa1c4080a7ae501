"""`kerae evaluate` and `kerae sample`: what is asked of a trained model."""

import json
from pathlib import Path
from typing import Annotated

import typer

from .options import BackendOption, DataDirOption, RunArgument, SeedOption


def _model_file(run):
    return run / "model.keras" if run.is_dir() else run


def _source_of(run):
    """The arguments of `kerae.data.load` that the run was trained with."""
    record = run / "run.json"
    source = json.loads(record.read_text())["data"]["source"] if record.is_file() else None
    if source is None:
        raise ValueError(f"{run} does not say what data it was trained on. Pass --data.")
    return source


def evaluate(
    run: RunArgument,
    data: Annotated[str | None, typer.Option(help="Data set; by default that of the run.")] = None,
    data_dir: DataDirOption = None,
    log_likelihood: Annotated[
        int, typer.Option(help="Importance samples per example for log p(x); 0 for none.", min=0)
    ] = 0,
    seed: SeedOption = 0,
    backend: BackendOption = None,
):
    """Evaluate a trained model on the test examples of a data set."""
    from rich.console import Console

    from .. import data as kerae_data
    from .. import saving
    from .report import metrics_table

    model = saving.load(_model_file(run))
    source = {"name": data, "data_dir": None} if data else _source_of(run)
    dataset = kerae_data.load(source["name"], data_dir or source["data_dir"])
    x, y = dataset.x_test, dataset.y_test
    examples = (x, y) if model.label_readers else (x,)
    metrics = model.evaluate(*examples, batch_size=1000, return_dict=True)
    if log_likelihood:
        y = None if model.condition is None else y
        nll = -model.log_likelihood(x, y, num_samples=log_likelihood, seed=seed)
        metrics[f"-log p(x), {log_likelihood} samples"] = nll.mean()
    Console().print(metrics_table({f"{dataset.name}, test": metrics}))


def sample(
    run: RunArgument,
    num_samples: Annotated[int, typer.Option("-n", "--num-samples", min=1)] = 64,
    out: Annotated[
        Path | None,
        typer.Option(help="A .png for a picture, a .npy for the array; default samples.png."),
    ] = None,
    seed: SeedOption = 0,
    backend: BackendOption = None,
):
    """Draw new examples from a trained model's prior."""
    import numpy as np

    from .. import figures, saving
    from ..files import replacing

    model = saving.load(_model_file(run))
    out = out or _model_file(run).parent / "samples.png"
    if out.suffix not in (".png", ".npy"):
        raise ValueError(f"Expected a path that ends in .png or .npy. Received: {out}")
    if out.suffix == ".png" and not figures.is_image(model.data_shape):
        raise ValueError(f"Examples of shape {model.data_shape} are no images. Pass --out x.npy.")
    images = model.sample(num_samples, seed=seed)
    with replacing(out) as partial, partial.open("wb") as file:
        if out.suffix == ".png":
            figures.samples(images).savefig(file, format="png")
        else:
            np.save(file, images)
    print(f"{num_samples} samples: {out}")
