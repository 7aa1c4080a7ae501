"""`kerae doctor`: what is installed, and what is missing for what."""

import importlib.util
import platform
from typing import Annotated

import typer

from ..backend.choice import BACKENDS
from ..checks.extras import EXTRAS, lacking
from ..versions import installed_version
from .opened import import_keras
from .options import Backend, use_backend
from .speed import fastest, measure

NEEDED_FOR = {
    "tensorflow": "backend; TFRecord data sets and downloads; export; `kerae serve`",
    "jax": "backend",
    "torch": "backend",
    "tensorflow-datasets": "data sets by name",
    "array_record": "data sets prepared without TensorFlow",
    "scikit-learn": "the bundled digits; analysis; figures",
    "umap-learn": "maps of latent spaces",
    "pacmap": "maps by PaCMAP and LocalMAP",
    "openTSNE": "maps by t-SNE of many codes",
    "bokeh": "reports and the explorer",
    "matplotlib": "figures",
    "pandas": "tables of scores",
    "pyarrow": "the Parquet file of a report",
    "pillow": "folders of images; reports and the explorer",
    "starlette": "`kerae serve`",
    "uvicorn": "`kerae serve`",
    "prometheus-client": "`kerae serve`",
    "orjson": "`kerae serve`; its client",
    "urllib3": "the client of `kerae serve`",
    "tensorflow-serving-api": "warm-up requests; the gRPC client",
    "tf2onnx": "ONNX export",
    "onnxruntime": "verification of ONNX files",
    "ai-edge-litert": "verification of LiteRT files",
    "openvino": "OpenVINO export",
}


def doctor(
    backend: Annotated[Backend | None, typer.Option(help="Backend of Keras to look at.")] = None,
    speed: Annotated[
        bool,
        typer.Option(
            "--speed", help="Train --model for a moment on each backend; train takes the fastest."
        ),
    ] = False,
    model: Annotated[str, typer.Option(help="Whose speed is measured, with defaults.")] = "vae",
):
    """Show backends, devices and versions, and what is missing for what."""
    if speed:
        _show_speed(model)
        return
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    table = Table("package", "version", "needed for")
    for package, purpose in NEEDED_FOR.items():
        table.add_row(package, installed_version(package) or "missing", purpose)
    console.print(table)
    extras = Table("extra", "of kerae")
    for extra, modules in EXTRAS.items():
        absent = lacking(modules)
        extras.add_row(extra, f"missing: {', '.join(absent)}" if absent else "installed")
    console.print(extras)
    console.print("To add an extra: pip install 'kerae[NAME]'", markup=False)
    missing = [name for name in BACKENDS if not importlib.util.find_spec(name)]
    if missing:
        console.print(f"To add a backend: pip install 'kerae[{','.join(missing)}]'", markup=False)
    use_backend(backend)
    import_keras()

    import keras

    from .. import __version__
    from .. import backend as kerae_backend

    console.print(
        f"kerae {__version__}, Keras {keras.__version__} on {keras.backend.backend()}, "
        f"Python {platform.python_version()}, {platform.platform()}"
    )
    console.print(f"devices: {', '.join(kerae_backend.devices())}", markup=False)


def _show_speed(model):
    from rich.console import Console
    from rich.table import Column, Table

    console = Console(highlight=False)
    with console.status(f"Training {model} on each backend"):
        speeds = measure(model)
    table = Table("backend", Column("examples a second", justify="right"))
    for backend, found in speeds.items():
        table.add_row(backend, found if isinstance(found, str) else f"{found:,.0f}")
    console.print(table)
    best = fastest(model)
    if best:
        console.print(f"kerae train {model} takes {best} where no backend is named.")
