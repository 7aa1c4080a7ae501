import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .. import __version__
from ..checks.arguments import checked
from ..checks.parts import checked_shape
from ..checks.types import ArrayLike, FilePath
from ..files import refuse_existing, replacing
from .exported import Exported
from .exporting import Exporting
from .program import run_python

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


DOCUMENTATION = Path("assets.extra", "kerae.json")


@checked
def saved_model(
    model: "Autoencoder",
    path: FilePath,
    examples: ArrayLike | None = None,
    y: ArrayLike | None = None,
    image_bytes: bool = False,
    warm_up: Sequence[int] = (1,),
    overwrite: bool = False,
    verify: bool = True,
) -> Exported:
    """Exports a model as a TensorFlow SavedModel, as TensorFlow Serving takes it.

    Its signatures take and give batches of any size, and are described in
    `assets.extra/kerae.json`:

        serving_default, reconstruct    x -> reconstruction
        encode                          x -> mean, and log_variance if the code is drawn
        decode                          z -> x, the mean of p(x|z)
        decode_logits                   z -> logits, if the likelihood has them
        encode_indices                  x -> indices, the numbers of the codes of a quantizer
        decode_indices                  indices -> x
        score                           x -> reconstruction_error, and negative_elbo in nats;
                                             negative_bound of an IWAE and its like
        sample                          noise -> x; the noise is standard normal
        encode_image, score_image       image_bytes -> as encode and score

    A conditional model takes `y` as well. With `verify`, the C API of TensorFlow, on which
    TensorFlow Serving is built, loads the SavedModel in a process without kerae and Keras and
    answers each signature for 1 and for 7 examples, and `saved_model_cli` runs `serving_default`;
    only if they answer as the model does on its own backend is the folder moved to `path`.

    Args:
        model: `kerae.Autoencoder`, on any backend.
        path: Folder to make, of which the last part is the version, as in
            `saved_models/vae_mnist/1`.
        examples: Array `(n, *input_shape)` to verify and warm up with. Defaults to random numbers.
        y: Array of what a conditional model is conditioned on, for these examples.
        image_bytes: Boolean, whether there are signatures that take PNG and JPEG files.
        warm_up: Batch sizes of the requests that TensorFlow Serving answers before it opens the
            version, for each signature; empty for none.
        overwrite: Boolean, whether an existing version may be replaced.
        verify: Boolean, whether the SavedModel is run before it is moved to `path`.
    Returns:
        `Exported`.
    Raises:
        FileExistsError: If there is such a version, and `overwrite` is false.
        ImportError: If TensorFlow or tensorflow-serving-api is not installed.
        RuntimeError: If TensorFlow cannot export the model, or the SavedModel answers otherwise
            than the model; nothing is written then.
        ValueError: If the path does not end in a version, the model cannot be exported yet, or
            the examples do not fit it.
    """
    path = Path(path).absolute()
    if not (path.name.isdecimal() and int(path.name) > 0):
        raise ValueError(
            "Expected `path` to end in a version, a positive integer, as in "
            f"saved_models/vae_mnist/1. Received: {path}"
        )
    refuse_existing(path, overwrite)
    warm_up = checked_shape("warm_up", warm_up, least_axes=0)
    modules = ("tensorflow", "tensorflow_serving") if warm_up else ("tensorflow",)
    export = Exporting(model, "saved_model", modules, examples, y, image_bytes=image_bytes)
    with export, replacing(path) as partial:
        job = {"warm_up": (path.parent.name, list(warm_up))} if warm_up else {}
        export.write_saved_model(partial, **job)
        _document(export, partial / DOCUMENTATION)
        differences = None
        if verify:
            differences = export.differences("run_saved_model.py", partial)
            export.difference("serving_default", _by_saved_model_cli(export.folder, partial))
    return Exported(path, export.endpoints, differences)


def _document(export, path):
    """Writes what the signatures take and give."""
    signatures = {}
    for name, endpoint in sorted(export.endpoints.items()):
        signatures[name] = {
            "description": endpoint.description,
            "inputs": {
                key: {
                    "shape": [None, *each.shape],
                    "dtype": each.dtype,
                    "low": each.low,
                    "high": each.high,
                    "description": each.description,
                }
                for key, each in endpoint.inputs.items()
            },
            "outputs": {
                key: {
                    "shape": [None, *export.answers[name][key].shape[1:]],
                    "dtype": str(export.answers[name][key].dtype),
                    "description": description,
                }
                for key, description in endpoint.outputs.items()
            },
        }
    about = {"kerae": __version__, "model": type(export.model).__name__, "signatures": signatures}
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(about, indent=1) + "\n")


def _by_saved_model_cli(folder, path):
    """What TensorFlow's own command line answers for `serving_default`."""
    questions = folder / "questions" / "serving_default.npz"
    with np.load(questions) as archive:
        inputs = ";".join(f"{name}={questions}[{name}]" for name in archive)
    outputs = folder / "cli"
    run_python(
        *("-m", "tensorflow.python.tools.saved_model_cli", "run", "--dir", path),
        *("--tag_set", "serve", "--signature_def", "serving_default"),
        *("--inputs", inputs, "--outdir", outputs),
        failure="saved_model_cli could not run what was exported.",
    )
    return {file.stem: np.load(file) for file in outputs.glob("*.npy")}
