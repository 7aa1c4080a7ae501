"""The way that every format takes: through a SavedModel, and verified by running the result."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from ..checks.extras import require
from ..checks.types import ArrayLike, FilePath
from .in_tensorflow import export_in_tensorflow
from .program import run_python
from .questions import questions_and_answers
from .signatures import signatures

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


RUNNERS = Path(__file__).with_name("runners")
EXTRA = {"saved_model": "tensorflow"}  # where it has another name than the format
# The largest error, in parts of an output's largest value.
TOLERANCE = 1e-3
IN_HALF_PRECISION = {"float16": 2e-2, "bfloat16": 1e-1}


class Exporting:
    """A model on its way out: what it is asked, what it answers, and a folder for files.

    A context manager; the folder is there inside of it.

    Args:
        model: `kerae.Autoencoder`.
        to_format: String, the function of `kerae.export` that it goes by.
        modules: Tuple of the modules needed.
        examples: Array of examples to ask for, or `None` for random ones.
        y: Array of what a conditional model is conditioned on.
        signature: Name of the only signature that is exported, or `None` for all.
        image_bytes: Boolean, whether there are signatures for image files.
    Raises:
        ModuleNotFoundError: If a package is missing.
        ValueError: If the model cannot be exported, or the examples do not fit it.
    """

    def __init__(
        self,
        model: "Autoencoder",
        to_format: str,
        modules: tuple,
        examples: ArrayLike | None = None,
        y: ArrayLike | None = None,
        signature: str | None = None,
        image_bytes: bool = False,
    ) -> None:
        extra = EXTRA.get(to_format, to_format)
        if image_bytes:
            extra, modules = f"{extra},analysis", (*modules, "PIL")
        require(f"kerae.export.{to_format}", extra, *modules)
        self.model = model
        self.image_bytes = image_bytes
        available = signatures(model, image_bytes)
        if model.latent.draws_by_gradient and to_format != "saved_model":
            available = {name: each for name, each in available.items() if name != "score"}
        if signature not in (None, *available):
            raise ValueError(
                f"Expected `signature` to be one of {', '.join(available)}. "
                f"Received: {signature!r}."
            )
        self.endpoints = {name: available[name] for name in available if signature in (None, name)}
        self.questions, self.answers = questions_and_answers(model, available, examples, y)

    def __enter__(self) -> Self:
        self._temporary = tempfile.TemporaryDirectory()
        self.folder = Path(self._temporary.name)
        (self.folder / "questions").mkdir()
        for name in self.endpoints:
            np.savez(self.folder / "questions" / name, **self.questions[name])
        return self

    def __exit__(self, *_):
        self._temporary.cleanup()

    def write_saved_model(self, path: FilePath, **job: Any) -> None:
        """Has TensorFlow write a SavedModel to `path`, and do more as `export_job` says."""
        export_in_tensorflow(
            self.model,
            self.folder,
            saved_model=str(path),
            names=list(self.endpoints),
            image_bytes=self.image_bytes,
            **job,
        )

    def differences(self, runner: str, artifact: FilePath) -> dict[str, Any]:
        """Runs an artifact in a process of its own and compares it with the model.

        Args:
            runner: String, the name of a file in `runners`.
            artifact: Path.
        Returns:
            Dict, for each signature its largest error, in parts of an output's largest value.
        Raises:
            RuntimeError: If it does not run, or answers otherwise than the model.
        """
        answers = self.folder / "answers"
        answers.mkdir()
        run_python(
            RUNNERS / runner,
            artifact,
            self.folder / "questions",
            answers,
            failure="What was exported could not be run.",
        )
        differences = {}
        for name in self.endpoints:
            with np.load(answers / f"{name}.npz") as archive:
                differences[name] = self.difference(name, dict(archive))
        return differences

    def difference(self, name: str, outputs: dict[str, Any]):
        """The largest error of an artifact's outputs of one signature.

        Raises:
            RuntimeError: If it is too large, or outputs are missing.
        """
        expected = self.answers[name]
        if outputs.keys() != expected.keys():
            raise RuntimeError(
                f"The exported {name} gives {sorted(outputs)}, but the model {sorted(expected)}."
            )
        # Of NumPy, for which NaN is the largest.
        worst = np.max([_relative(outputs[key], expected[key]) for key in expected])
        tolerance = IN_HALF_PRECISION.get(self.model.compute_dtype, TOLERANCE)
        if not worst <= tolerance:
            raise RuntimeError(
                f"The exported {name} differs from the model by {worst:.1e} of its largest value; "
                f"at most {tolerance:.0e} was expected. Nothing was written."
            )
        return worst


def _relative(output, expected):
    if output.shape != expected.shape:
        return np.inf
    scale = np.abs(expected).max()
    return float(np.abs(output - expected).max() / (scale if scale > 0 else 1.0))
