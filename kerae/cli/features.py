"""`kerae features`: the features of a dictionary in the browser."""

import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from .opened import model_file, opened, source_of
from .options import BackendOption, DataDirOption, RunArgument, RunDataOption, SeedOption


def features(
    run: RunArgument,
    data: RunDataOption = None,
    data_dir: DataDirOption = None,
    examples: Annotated[
        str | None,
        typer.Option(help="Images that the data are activations of: a data set, as for --data."),
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
    """Show the features of a dictionary: a table of all, and a page about each."""
    from ..files import check_replaceable

    out = out or model_file(run).parent / "features"
    check_replaceable(out, ("index.html", "data"))
    pictured = None if examples is None else source_of(run, examples, data_dir)
    model, dataset = opened(run, data, data_dir)

    from .. import analysis
    from ..data import load

    is_labeled = len(dataset.class_names) > 1
    found = analysis.features(
        model,
        dataset.x_test,
        dataset.y_test if is_labeled else None,
        dataset.class_names if is_labeled else None,
        examples=None if pictured is None else load(*pictured).x_test,
        num_top=top,
        seed=seed,
    )
    title = f"{type(model).__name__} on {dataset.name}: {len(found):,} features"
    page = analysis.features_page(found, out, title)
    print(page)
    if not no_browser:
        webbrowser.open(page.resolve().as_uri())
