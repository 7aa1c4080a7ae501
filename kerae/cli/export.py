"""`kerae export`: a trained model in a format that other programs run."""

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from .opened import checked_suffix, import_keras, model_file, model_under, opened
from .options import BackendOption, DataDirOption, PriorOption, RunArgument, RunDataOption

Format = StrEnum("Format", ["saved_model", "onnx", "litert", "openvino"])
SUFFIXES = {Format.onnx: ".onnx", Format.litert: ".tflite", Format.openvino: ".xml"}
ONLY_FOR = {
    "signature": (Format.onnx, Format.openvino),
    "image_bytes": (Format.saved_model,),
    "warm_up": (Format.saved_model,),
}


def export(
    run: RunArgument,
    to_format: Annotated[
        Format,
        typer.Option("--format", metavar="NAME", help=f"What is written: {', '.join(Format)}."),
    ] = Format.saved_model,
    to: Annotated[
        Path | None,
        typer.Option("--to", help="File, or folder of the version; by default in the run."),
    ] = None,
    signature: Annotated[
        str | None,
        typer.Option(help="What an ONNX or OpenVINO file answers; by default the reconstruction."),
    ] = None,
    image_bytes: Annotated[
        bool, typer.Option("--image-bytes", help="Also take PNG and JPEG files (SavedModel).")
    ] = False,
    warm_up: Annotated[
        str | None,
        typer.Option(help="Batch sizes that TensorFlow Serving begins with, as 1,8; 0 for none."),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace what is there already.")
    ] = False,
    no_verify: Annotated[
        bool, typer.Option("--no-verify", help="Do not run what was written.")
    ] = False,
    prior: PriorOption = None,
    data: RunDataOption = None,
    data_dir: DataDirOption = None,
    backend: BackendOption = None,
):
    """Export a trained model, run what was written, and compare it with the model."""
    given = {"signature": signature, "image_bytes": image_bytes, "warm_up": warm_up}
    chosen = {name: value for name, value in given.items() if value}
    for name in chosen:
        if to_format not in ONLY_FOR[name]:
            raise ValueError(
                f"--{name.replace('_', '-')} is for --format {' or '.join(ONLY_FOR[name])}. "
                f"Received: --format {to_format}. Leave it out."
            )
    if warm_up:
        chosen["warm_up"] = _batch_sizes(warm_up)
    if to and to_format in SUFFIXES:
        checked_suffix(to, SUFFIXES[to_format])
    if to and to.exists() and not overwrite:
        raise FileExistsError(f"{to} exists already. Pass --overwrite to replace it.")
    if data or (run / "run.json").is_file():
        model, dataset = opened(run, data, data_dir)
        chosen["examples"] = dataset.x_test
        if model.condition is not None:
            chosen["y"] = dataset.y_test
    else:
        import_keras()
        from ..loading import load

        model = load(model_file(run))
        print("Verified with random numbers, since no data are known. Pass --data for real ones.")
    if prior is not None:
        model = model_under(run, prior, data, data_dir)
    from .. import export as formats

    path = to or _place(model_file(run).parent, to_format, signature)
    write = getattr(formats, to_format)
    exported = write(model, path, overwrite=overwrite, verify=not no_verify, **chosen)
    _tell(exported)


def _batch_sizes(text):
    if not all(part.strip().isdecimal() for part in text.split(",")):
        raise ValueError(f"Expected --warm-up to be numbers as in 1,8. Received: {text}")
    return [size for size in map(int, text.split(",")) if size]


def _place(folder, to_format, signature):
    """In the folder of the run: the next version, or a file."""
    if to_format is not Format.saved_model:
        return folder / f"{signature or 'model'}{SUFFIXES[to_format]}"
    versions = [int(path.name) for path in folder.iterdir() if path.name.isdecimal()]
    return folder / str(max(versions, default=0) + 1)


def _tell(exported):
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    table = Table("signature", "takes", "gives", "error")
    for name, endpoint in exported.endpoints.items():
        error = "not run" if exported.differences is None else f"{exported.differences[name]:.0e}"
        table.add_row(name, " ".join(endpoint.inputs), " ".join(endpoint.outputs), error)
    console.print(table)
    if exported.differences is not None:
        console.print(
            "error: the largest over 8 examples, in parts of an output's largest value, between "
            "what was written, run by itself, and the model."
        )
    console.print(os.path.relpath(exported.path), markup=False)
