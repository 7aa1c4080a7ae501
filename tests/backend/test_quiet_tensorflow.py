import os
import subprocess
import sys

import pytest
from python_program import FRESH

from kerae.backend import quiet_tensorflow as module
from kerae.backend.quiet_tensorflow import import_quietly, quiet_tensorflow

pytestmark = pytest.mark.once


@pytest.fixture
def not_imported(monkeypatch):
    """What happens instead of an import of TensorFlow."""
    monkeypatch.delitem(sys.modules, "tensorflow", raising=False)

    def happens(action):
        monkeypatch.setattr(module.importlib, "import_module", lambda name: action())

    return happens


def test_environment_is_set_inside_and_restored(monkeypatch, not_imported):
    not_imported(lambda: None)
    monkeypatch.delenv("TF_FORCE_GPU_ALLOW_GROWTH", raising=False)
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "0")
    before = dict(os.environ)
    with quiet_tensorflow():
        assert os.environ["TF_FORCE_GPU_ALLOW_GROWTH"] == "true"
        assert os.environ["TF_CPP_MIN_LOG_LEVEL"] == "0"
    assert dict(os.environ) == before


def test_imported_tensorflow_is_left_alone(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow", object())
    before = dict(os.environ)
    with quiet_tensorflow():
        assert dict(os.environ) == before


ALARMS = (
    b"WARNING: All log messages before absl::InitializeLog() is called are written to STDERR\n"
    b"I0000 00:00:1.2 3 cudart_stub.cc:31] Could not find cuda drivers on your machine, GPU\n"
    b"E0000 00:00:1.2 3 cuda_platform.cc:52] failed call to cuInit: INTERNAL: CUDA error\n"
)


@pytest.mark.parametrize("has_driver", [False, True])
def test_alarms_are_kept_back_and_nothing_else(
    monkeypatch, not_imported, tmp_path, capfd, has_driver
):
    not_imported(lambda: os.write(2, ALARMS + b"E0000 00:00:1.2 3 out of memory\n"))
    monkeypatch.setattr(module, "DRIVERS", (tmp_path if has_driver else tmp_path / "none",))
    import_quietly("tensorflow")
    said = capfd.readouterr().err
    assert "out of memory" in said
    assert ("cuda" in said) is ("absl" in said) is has_driver


def test_what_an_import_that_fails_has_said_is_told(monkeypatch, not_imported, tmp_path, capfd):
    def fail():
        os.write(2, b"no such library\n")
        raise ImportError("broken")

    not_imported(fail)
    monkeypatch.setattr(module, "DRIVERS", (tmp_path / "none",))
    with pytest.raises(ImportError, match="broken"):
        import_quietly("tensorflow")
    assert capfd.readouterr().err == "no such library\n"


@pytest.mark.nightly
@pytest.mark.slow
def test_data_by_name_come_without_a_word_of_tensorflow(shared_data):
    """As a guest beside PyTorch, in a process of its own."""
    code = "import kerae, sys; kerae.data.load('mnist', data_dir=sys.argv[1]); print(*sys.modules)"
    environment = {name: v for name, v in os.environ.items() if not name.startswith("TF_CPP")}
    result = subprocess.run(
        [*FRESH, "-c", code, shared_data / "tfds"],
        capture_output=True,
        text=True,
        check=True,
        env=environment | {"KERAS_BACKEND": "torch"},
    )
    assert " tensorflow " in result.stdout and not result.stderr
