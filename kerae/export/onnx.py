from typing import TYPE_CHECKING

from ..checks.arguments import checked
from ..checks.types import ArrayLike, FilePath
from ..files import checked_path, replacing
from .exported import Exported
from .exporting import Exporting
from .program import run_python

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


OPSET = 18  # the first with bitwise operations, which repeatable noise takes


@checked
def onnx(
    model: "Autoencoder",
    path: FilePath,
    signature: str = "serving_default",
    examples: ArrayLike | None = None,
    y: ArrayLike | None = None,
    overwrite: bool = False,
    verify: bool = True,
) -> Exported:
    """Exports one signature of a model as an ONNX file, for batches of any size.

    With `verify`, ONNX Runtime answers for 1 and for 7 examples in a process without kerae and
    Keras; only if it answers as the model does is the file moved to `path`.

    Args:
        model: `kerae.Autoencoder`, on any backend.
        path: Path that ends in `.onnx`.
        signature: String, one of those of `kerae.export.saved_model`. Defaults to the
            reconstruction.
        examples: Array `(n, *input_shape)` to verify with. Defaults to random numbers.
        y: Array of what a conditional model is conditioned on, for these examples.
        overwrite: Boolean, whether an existing file may be replaced.
        verify: Boolean, whether the file is run before it is moved to `path`.
    Returns:
        `Exported`.
    Raises:
        FileExistsError: If there is such a file, and `overwrite` is false.
        ImportError: If a package is not installed.
        RuntimeError: If the model cannot be exported, or the file answers otherwise than the
            model; nothing is written then.
        ValueError: If the path or the signature is none, the model cannot be exported yet, or the
            examples do not fit it.
    """
    path = checked_path(path, ".onnx", overwrite)
    modules = ("tensorflow", "tf2onnx", *(("onnxruntime",) if verify else ()))
    export = Exporting(model, "onnx", modules, examples, y, signature)
    with export, replacing(path) as partial:
        export.write_saved_model(export.folder / "saved_model")
        run_python(
            *("-m", "tf2onnx.convert", "--saved-model", export.folder / "saved_model"),
            *("--tag", "serve", "--signature_def", signature),
            *("--opset", OPSET, "--output", partial),
            failure=f"tf2onnx could not convert {signature}.",
        )
        differences = export.differences("run_onnx.py", partial) if verify else None
    return Exported(path, export.endpoints, differences)
