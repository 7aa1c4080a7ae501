"""`kerae serve`: SavedModels over HTTP, as TensorFlow Serving answers."""

from pathlib import Path
from typing import Annotated

import typer

from .options import AllowHostOption


def serve(
    folder: Annotated[
        Path, typer.Argument(help="Folder of models with versions MODEL/1, MODEL/2, …, or of one.")
    ],
    host: Annotated[
        str, typer.Option(help="Address to listen on; 0.0.0.0 for every one of this machine.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(help="Port; 0 for any that is free.", min=0, max=65535)
    ] = 8501,
    max_batch_size: Annotated[
        int,
        typer.Option(help="The most rows that waiting requests are merged to; 1: none.", min=1),
    ] = 64,
    batch_timeout_ms: Annotated[
        float, typer.Option(help="How long an idle model waits for more rows.", min=0)
    ] = 0.0,
    max_request_mb: Annotated[
        float, typer.Option(help="The largest body of a request, in MiB.", min=0)
    ] = 32.0,
    max_waiting_mb: Annotated[
        float, typer.Option(help="The most that the bodies of all requests take, in MiB.", min=0)
    ] = 256.0,
    max_waiting: Annotated[
        int, typer.Option(help="The most requests that wait for an answer.", min=1)
    ] = 1000,
    max_connections: Annotated[
        int, typer.Option(help="The most connections at once.", min=1)
    ] = 500,
    timeout: Annotated[
        float, typer.Option(help="Seconds that a client may keep the server waiting.", min=0.1)
    ] = 30.0,
    allow_host: AllowHostOption = None,
):
    """Serve SavedModels over HTTP, by TensorFlow Serving's REST API."""
    from ..serving.serve import serve as serve_models

    serve_models(
        folder,
        host=host,
        port=port,
        max_batch_size=max_batch_size,
        batch_timeout_ms=batch_timeout_ms,
        max_request_mb=max_request_mb,
        max_waiting_mb=max_waiting_mb,
        max_waiting=max_waiting,
        max_connections=max_connections,
        timeout=timeout,
        allow_hosts=allow_host or (),
    )
