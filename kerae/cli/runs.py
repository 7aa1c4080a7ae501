"""`kerae evaluate`, `score`, `sample` and `report`: what is asked of a trained model."""

from pathlib import Path
from typing import Annotated

import typer

from ..checks.extras import require
from .opened import checked_suffix, import_keras, model_file, model_under, opened
from .options import (
    BackendOption,
    DataDirOption,
    PriorOption,
    RunArgument,
    RunDataOption,
    SeedOption,
)


def evaluate(
    run: RunArgument,
    data: RunDataOption = None,
    data_dir: DataDirOption = None,
    log_likelihood: Annotated[
        int, typer.Option(help="Importance samples per example for log p(x); 0 for none.", min=0)
    ] = 0,
    seed: SeedOption = 0,
    backend: BackendOption = None,
):
    """Evaluate a trained model on the test examples of a data set."""
    from rich.console import Console

    from .report import metrics_table

    model, dataset = opened(run, data, data_dir)
    metrics = model.evaluate(dataset, batch_size=1000, return_dict=True)
    if log_likelihood:
        examples = _test_examples(model, dataset)
        nll = -model.log_likelihood(*examples, num_samples=log_likelihood, seed=seed)
        metrics[f"-log p(x), {log_likelihood} samples"] = nll.mean()
    Console().print(metrics_table({f"{dataset.name}, test": metrics}))


def score(
    run: RunArgument,
    data: RunDataOption = None,
    data_dir: DataDirOption = None,
    out: Annotated[
        Path | None,
        typer.Option(help="A .parquet or .csv file; by default scores.parquet in the run."),
    ] = None,
    num_samples: Annotated[
        int, typer.Option(help="Codes per example for the bound of log p(x).", min=1)
    ] = 100,
    seed: SeedOption = 0,
    backend: BackendOption = None,
):
    """Write what a trained model makes of each test example, a row each."""
    require("kerae score", "analysis", "pandas", "pyarrow")
    out = checked_suffix(out or model_file(run).parent / "scores.parquet", ".parquet", ".csv")
    model, dataset = opened(run, data, data_dir)

    import numpy as np
    import pandas as pd

    from ..files import replacing

    examples = _test_examples(model, dataset)
    table = pd.DataFrame(model.score(*examples, num_samples=num_samples, seed=seed))
    if len(dataset.class_names) > 1:
        table.insert(0, "label", np.array(dataset.class_names)[dataset.y_test])
    write = table.to_parquet if out.suffix == ".parquet" else table.to_csv
    with replacing(out) as partial:
        write(partial, index=False)
    print(f"{len(table)} examples: {out}")


def _test_examples(model, dataset):
    """What a model is asked about: `(x,)`, or `(x, y)` if it is conditional."""
    x, y = dataset.x_test, dataset.y_test
    return (x,) if model.condition is None else (x, y)


def sample(
    run: RunArgument,
    num_samples: Annotated[int, typer.Option("-n", "--num-samples", min=1)] = 64,
    out: Annotated[
        Path | None,
        typer.Option(help="A .png for a picture, .npy or .npz for the array; else samples.png."),
    ] = None,
    label: Annotated[
        str | None,
        typer.Option(
            help="Class of all samples, a number as 7; of a model that is given a vector, its "
            "numbers as 0.5,1."
        ),
    ] = None,
    prior: PriorOption = None,
    data: RunDataOption = None,
    data_dir: DataDirOption = None,
    seed: SeedOption = 0,
    backend: BackendOption = None,
):
    """Draw new examples from a trained model's prior, or from one that is fitted to its codes."""
    suffix = f"-{prior}" if prior else ""
    out = out or model_file(run).parent / f"samples{suffix}.png"
    checked_suffix(out, ".png", ".npy", ".npz")
    y = None if label is None else _label(label)
    import_keras()
    import numpy as np

    from .. import figures
    from ..files import replacing

    by_class = label is not None
    model = model_under(run, prior, data, data_dir, by_class, seed)
    if y is None and model.condition is not None:
        raise ValueError(
            f"Expected --label for a {type(model).__name__}, which is conditional. Received: none. "
            "Pass what its samples are to be of, as --label 7."
        )
    if out.suffix == ".png" and not figures.is_image(model.target_shape):
        raise ValueError(f"Examples of shape {model.target_shape} are no images. Pass --out x.npy.")
    images = model.sample(num_samples, y=y, seed=seed)
    with replacing(out) as partial, partial.open("wb") as file:
        if out.suffix == ".png":
            figures.samples(images).savefig(file, format="png")
        elif out.suffix == ".npz" and y is not None:
            np.savez(file, x=images, y=np.array([y] * num_samples))
        elif out.suffix == ".npz":
            np.savez(file, x=images)
        else:
            np.save(file, images)
    print(f"{num_samples} samples: {out}")


def _label(text):
    """A class, or a vector, as `kerae.Autoencoder.sample` takes it."""
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        raise ValueError(
            f"Expected --label to be a class as 7, or numbers as 0.5,1. Received: {text}. Give the "
            "number of the class."
        ) from None
    return int(text) if text.strip().isdecimal() else numbers


def report(
    run: RunArgument,
    data: RunDataOption = None,
    data_dir: DataDirOption = None,
    out: Annotated[
        Path | None, typer.Option("--to", help="The page; by default report.html in the run.")
    ] = None,
    method: Annotated[
        str | None,
        typer.Option(help="How codes become a map; umap where they have over two dimensions."),
    ] = None,
    clustering: Annotated[str, typer.Option(help="How codes are clustered.")] = "kmeans",
    clusters: Annotated[
        str | None,
        typer.Option(help="Their number, or auto. Defaults to the number of classes."),
    ] = None,
    seed: SeedOption = 0,
    backend: BackendOption = None,
):
    """Write a page about a trained model's latent space, for the test examples."""
    out = checked_suffix(out or model_file(run).parent / "report.html", ".html")
    model, dataset = opened(run, data, data_dir)

    from .. import analysis
    from ..callbacks.history_file import read_history
    from ..run.kept_priors import kept_priors

    history = run / "history.csv"
    analysis.report(
        model,
        dataset,
        path=out,
        history=read_history(history) if history.is_file() else None,
        priors=kept_priors(model, model_file(run).parent),
        method=method,
        clustering=clustering,
        n_clusters=int(clusters) if clusters and clusters.isdecimal() else clusters,
        seed=seed,
    )
    for suffix in (".html", ".json", ".parquet"):
        print(out.with_suffix(suffix))
