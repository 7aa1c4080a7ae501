"""`kerae models`: what can be trained."""

from typing import Annotated

import typer

from .model_outlines import outlines
from .opened import import_keras
from .options import BackendOption


def models(
    markdown: Annotated[
        bool, typer.Option("--markdown", help="As the table of the README, with parts and papers.")
    ] = False,
    backend: BackendOption = None,
):
    """List the models."""
    from rich.console import Console
    from rich.table import Table

    if markdown:
        import_keras()
        from ..models.catalogue import as_markdown

        print(as_markdown())
        return
    table = Table("name", "class", "what it is", "options")
    for name, outline in outlines().items():
        options = (f"--{each.rstrip('_').replace('_', '-')}" for each in outline.options)
        table.add_row(name, f"kerae.{outline.class_name}", outline.idea, " ".join(options))
    Console().print(table)
    Console().print("Train one with `kerae train NAME --data digits --latent-dim 2`.")
