"""`kerae explore`: a trained model's latent space in the browser."""

from typing import Annotated

import typer

from .opened import opened
from .options import (
    AllowHostOption,
    BackendOption,
    DataDirOption,
    RunArgument,
    RunDataOption,
    SeedOption,
)


def explore(
    run: RunArgument,
    data: RunDataOption = None,
    data_dir: DataDirOption = None,
    method: Annotated[
        str, typer.Option(help="How codes of more than two dimensions become a map.")
    ] = "umap",
    port: Annotated[
        int, typer.Option(help="Port on 127.0.0.1; 0 for any that is free.", min=0, max=65535)
    ] = 5006,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Only print the address.")
    ] = False,
    max_points: Annotated[int, typer.Option(help="The most examples in the map.", min=2)] = 10_000,
    seed: SeedOption = 0,
    allow_host: AllowHostOption = None,
    backend: BackendOption = None,
):
    """Explore a latent space in the browser: click, drag, walk, draw."""
    model, dataset = opened(run, data, data_dir)

    from ..analysis.explore import explore as explore_model

    explore_model(
        model,
        dataset.x_test,
        dataset.y_test,
        y=None if model.condition is None else dataset.y_test,
        class_names=dataset.class_names,
        method=method,
        port=port,
        show=not no_browser,
        max_points=max_points,
        seed=seed,
        allow_hosts=allow_host or (),
    )
