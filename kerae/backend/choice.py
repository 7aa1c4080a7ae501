"""Points Keras at a backend that is installed, before Keras is imported."""

import json
import os
import sys
from importlib.util import find_spec
from pathlib import Path

BACKENDS = ("tensorflow", "jax", "torch")


def _configured_backend() -> str:
    """The backend that Keras itself would take: of the environment, its file, or its default."""
    if os.environ.get("KERAS_BACKEND"):
        return os.environ["KERAS_BACKEND"]
    home = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras")
    try:
        return json.loads((home / "keras.json").read_text())["backend"]
    except (OSError, ValueError, KeyError):
        return "tensorflow"


def choose_backend() -> None:
    """Leaves Keras' choice alone where it can run, else takes an installed backend.

    Raises:
        ImportError: If the backend that was asked for is missing or unknown, or all three are.
    """
    if "keras" in sys.modules:
        return
    wanted = _configured_backend()
    if wanted not in BACKENDS:
        raise ImportError(
            f"kerae runs on the Keras backends {', '.join(BACKENDS)}. Received: {wanted}. "
            "Set KERAS_BACKEND to one of them."
        )
    if find_spec(wanted) is not None:
        return
    if os.environ.get("KERAS_BACKEND"):
        raise ImportError(
            f"KERAS_BACKEND={wanted}, but {wanted} is not installed: "
            f"run `pip install kerae[{wanted}]` or set KERAS_BACKEND to another backend."
        )
    installed = next((name for name in BACKENDS if find_spec(name)), None)
    if installed is None:
        raise ImportError(
            "kerae needs a backend: run `pip install kerae[tensorflow]`, "
            "`pip install kerae[jax]` or `pip install kerae[torch]`."
        )
    os.environ["KERAS_BACKEND"] = installed
