from typing import TYPE_CHECKING

from ..checks.arguments import checked
from ..checks.types import ArrayLike, FilePath
from ..files import checked_path, replacing
from .exported import Exported
from .exporting import Exporting

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


@checked
def litert(
    model: "Autoencoder",
    path: FilePath,
    examples: ArrayLike | None = None,
    y: ArrayLike | None = None,
    overwrite: bool = False,
    verify: bool = True,
) -> Exported:
    """Exports a model as a LiteRT (TensorFlow Lite) file, with all its signatures.

    It holds LiteRT's own operations only, in single precision. With `verify`, LiteRT's interpreter
    answers each signature for 1 and for 7 examples in a process without kerae and Keras; only if
    it answers as the model does is the file moved to `path`.

    Args:
        model: `kerae.Autoencoder`, on any backend.
        path: Path that ends in `.tflite`.
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
        ValueError: If the path is none, the model cannot be exported yet, or the examples do not
            fit it.
    """
    path = checked_path(path, ".tflite", overwrite)
    modules = ("tensorflow", *(("ai_edge_litert",) if verify else ()))
    export = Exporting(model, "litert", modules, examples, y)
    with export, replacing(path) as partial:
        export.write_saved_model(export.folder / "saved_model", litert=str(partial))
        differences = export.differences("run_litert.py", partial) if verify else None
    return Exported(path, export.endpoints, differences)
