"""`kerae features`: the features of a dictionary in the browser."""

import json
import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from .opened import checked_suffix, model_file, opened, source_of
from .options import BackendOption, DataDirOption, RunArgument, RunDataOption, SeedOption


def features(
    run: RunArgument,
    data: RunDataOption = None,
    data_dir: DataDirOption = None,
    examples: Annotated[
        str | None,
        typer.Option(help="Images that the data are activations of: a data set, as for --data."),
    ] = None,
    tokens: Annotated[
        Path | None,
        typer.Option(
            help="Tokens that the data, files of activations of texts, are of: a .json file of a "
            "list of lists of strings, or a .npy file of strings (texts, context)."
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--to", help="Folder; by default features in the run.")
    ] = None,
    top: Annotated[
        int, typer.Option("--top", help="How many examples of each feature are shown.", min=1)
    ] = 16,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Only write the pages, and print where.")
    ] = False,
    seed: SeedOption = 0,
    backend: BackendOption = None,
):
    """Show the features of a dictionary: a table of all, and a page about each.

    They are those of the data held out to test on; with --tokens of all data, in their order.
    """
    from ..files import check_replaceable

    out = out or model_file(run).parent / "features"
    check_replaceable(out, ("index.html", "data"))
    pictured = None if examples is None else source_of(run, examples, data_dir)
    strings = None if tokens is None else _tokens_in(tokens)
    model, dataset = opened(run, data, data_dir)

    from .. import analysis
    from ..data import load

    is_labeled = len(dataset.class_names) > 1
    found = analysis.features(
        model,
        dataset.x_test if strings is None else _rows_of(dataset, strings),
        dataset.y_test if is_labeled else None,
        dataset.class_names if is_labeled else None,
        examples=None if pictured is None else load(*pictured).x_test,
        tokens=strings,
        num_top=top,
        seed=seed,
    )
    title = f"{type(model).__name__} on {dataset.name}: {len(found):,} features"
    page = analysis.features_page(found, out, title)
    print(page)
    if not no_browser:
        webbrowser.open(page.resolve().as_uri())


def _tokens_in(path):
    """The strings in a file, an array `(texts, context)`."""
    import numpy as np

    checked_suffix(path, ".json", ".npy")
    try:
        found = np.load(path) if path.suffix == ".npy" else np.array(json.loads(path.read_text()))
        received = f"{found.dtype} of shape {found.shape}"
    except ValueError as error:
        found, received = np.zeros(0), str(error)
    if found.ndim != 2 or found.dtype.kind != "U":
        raise ValueError(
            f"Expected strings in {path}, as many for each text. Received: {received}. Look up the "
            "string of each number, and pad or cut texts to one length."
        )
    return found


def _rows_of(dataset, tokens):
    """All rows in their order, some at a time."""
    from ..data import Activations

    if not isinstance(dataset.x_train, Activations):
        raise ValueError(
            f"Expected files of activations with --tokens. Received: {dataset.name}, examples in "
            "memory. Write them to a .npy file of shape (texts, context, features)."
        )
    every = Activations(dataset.x_train.paths)
    if every.rows != tokens.size:
        raise ValueError(
            f"Expected a token for each of {every.rows:,} rows of {dataset.name}. Received: "
            f"{tokens.size:,}. Give those of the texts in their order."
        )
    return (every.in_order(number) for number in range(len(every)))
