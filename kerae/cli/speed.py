"""Which installed backend trains a model the fastest on this machine: measured, and remembered."""

import json
import os
import subprocess
import sys
import tempfile
import warnings
from contextlib import ExitStack, suppress
from importlib.util import find_spec

from ..backend.choice import BACKENDS
from ..versions import installed_version
from .model_outlines import outlines

COMMAND = sys.executable, "-m", "kerae.cli.speed_process"
ROUNDS = 2
PACKAGES = "kerae", "keras", *BACKENDS


def measure(name):
    """Trains the model `name` for a moment on each installed backend, and keeps what was found.

    The backends start beside each other and are timed one after the other, twice.

    Returns:
        Dictionary by backend: the examples a second of its better turn, or the last line of the
        error where it does not train the model.
    Raises:
        ValueError: If there is no such model, or none that the command line trains.
    """
    known, name = outlines(), name.lower()
    outline = known.get(name)
    if outline is None or not outline.shape_argument:
        names = ", ".join(each for each, other in known.items() if other.shape_argument)
        raise ValueError(f"Expected one of {names}. Received: {name}.")
    with ExitStack() as stack:
        trainers = {
            backend: stack.enter_context(_Trainer(outline, backend))
            for backend in BACKENDS
            if find_spec(backend)
        }
        for each in trainers.values():
            each.answer()  # that it is ready
        for _ in range(ROUNDS):
            for each in trainers.values():
                each.turn()
        speeds = {key: each.speed() for key, each in trainers.items()}
    _keep(name, {key: each for key, each in speeds.items() if isinstance(each, float)})
    return speeds


def fastest(name):
    """What `measure` found on this machine with the packages as they are, or `None`."""
    kept = _kept().get(name.lower(), {})
    return max(kept, key=kept.get) if kept else None


class _Trainer:
    """A process that trains each time it is asked, and waits meanwhile."""

    def __init__(self, outline, backend):
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115 - until the process ends
        self.answers = []
        self._process = subprocess.Popen(
            [*COMMAND, outline.class_name, outline.shape_argument],
            env=os.environ | {"KERAS_BACKEND": backend},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )

    def turn(self):
        with suppress(BrokenPipeError):
            print(file=self._process.stdin, flush=True)
        self.answer()

    def answer(self):
        """Waits for a line; there is none if the process has failed."""
        self.answers.append(self._process.stdout.readline())

    def speed(self):
        if all(self.answers):
            return max(map(float, self.answers))
        self._process.wait()
        self._errors.seek(0)
        return self._errors.read().strip().rpartition("\n")[2]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.communicate()
        self._errors.close()


def _path():
    from ..files import cache_folder

    return cache_folder() / "speed.json"


def _machine():
    versions = {package: installed_version(package) for package in PACKAGES}
    return {"cores": os.cpu_count(), **versions}


def _kept():
    """Speeds by model and backend, where they were measured with what is here now."""
    try:
        kept = json.loads(_path().read_text())
    except (OSError, ValueError):
        return {}
    return kept["speeds"] if kept.get("machine") == _machine() else {}


def _keep(name, speeds):
    from ..files import replacing

    kept = {"machine": _machine(), "speeds": _kept() | {name: speeds}}
    try:
        _path().parent.mkdir(parents=True, exist_ok=True)
        with replacing(_path()) as partial:
            partial.write_text(json.dumps(kept, indent=2))
    except OSError as error:
        warnings.warn(f"The speeds are not kept: {error}", stacklevel=3)
