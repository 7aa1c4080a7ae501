"""In exports TensorFlow's programs are forks; those that run an artifact have no Keras."""

import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest
from python_program import python


@pytest.fixture(scope="session", autouse=True)
def _exports_by_forks():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kerae.export.program.subprocess", SimpleNamespace(run=_run))
        yield


def _run(command, **options):
    _, *arguments = command
    environment = options.pop("env")
    if Path(arguments[0]).parent.name != "runners":
        if not arguments[1].startswith("kerae."):  # but TensorFlow's own program
            environment |= {"KERAS_BACKEND": "tensorflow"}
        command = [*python(environment["KERAS_BACKEND"]), *arguments]
    return subprocess.run(command, env=environment, **options)
