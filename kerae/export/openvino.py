from typing import TYPE_CHECKING

from ..checks.arguments import checked
from ..checks.types import ArrayLike, FilePath
from ..files import checked_path, refuse_existing, replacing
from .exported import Exported
from .exporting import Exporting
from .program import run_python

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


# In a process of its own: where OpenVINO is imported, it forks.
CONVERSION = """
import sys, openvino
graph = openvino.Core().read_model(sys.argv[1])
openvino.save_model(graph, sys.argv[2], compress_to_fp16=False)
"""


@checked
def openvino(
    model: "Autoencoder",
    path: FilePath,
    signature: str = "serving_default",
    examples: ArrayLike | None = None,
    y: ArrayLike | None = None,
    overwrite: bool = False,
    verify: bool = True,
) -> Exported:
    """Exports one signature of a model for OpenVINO, for batches of any size.

    Writes two files, the graph `NAME.xml` and its weights `NAME.bin`, in single precision. With
    `verify`, OpenVINO answers for 1 and for 7 examples in a process without kerae and Keras; only
    if it answers as the model does are the files moved to their place.

    Args:
        model: `kerae.Autoencoder`, on any backend.
        path: Path that ends in `.xml`.
        signature: String, one of those of `kerae.export.saved_model`. Defaults to the
            reconstruction.
        examples: Array `(n, *input_shape)` to verify with. Defaults to random numbers.
        y: Array of what a conditional model is conditioned on, for these examples.
        overwrite: Boolean, whether existing files may be replaced.
        verify: Boolean, whether the files are run before they are moved to their place.
    Returns:
        `Exported`.
    Raises:
        FileExistsError: If there is such a file, and `overwrite` is false.
        ImportError: If a package is not installed.
        RuntimeError: If the model cannot be exported, or the files answer otherwise than the
            model; nothing is written then.
        ValueError: If the path or the signature is none, the model cannot be exported yet, or the
            examples do not fit it.
    """
    path = checked_path(path, ".xml", overwrite)
    weights = path.with_suffix(".bin")
    refuse_existing(weights, overwrite)
    export = Exporting(model, "openvino", ("tensorflow", "openvino"), examples, y, signature)
    with export, replacing(path) as partial, replacing(weights):
        export.write_saved_model(export.folder / "saved_model")
        run_python(
            *("-c", CONVERSION, export.folder / "saved_model", partial),
            failure=f"OpenVINO could not convert {signature}.",
        )
        differences = export.differences("run_openvino.py", partial) if verify else None
    return Exported(path, export.endpoints, differences)
