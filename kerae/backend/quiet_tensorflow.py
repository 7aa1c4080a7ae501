"""TensorFlow without the alarms that it writes where there is no GPU, also as a guest."""

import contextlib
import importlib
import os
import re
import sys
import tempfile
from pathlib import Path

_GUEST = {
    "TF_CPP_MIN_LOG_LEVEL": "2",
    # Otherwise TensorFlow takes all GPU memory, which JAX or PyTorch needs.
    "TF_FORCE_GPU_ALLOW_GROWTH": "true",
}
DRIVERS = ("/dev/nvidiactl", "/dev/dxg")  # of NVIDIA's GPUs, on Linux and in Windows' Linux
# Written by its libraries, which no level of logging keeps from it, where no driver is.
ALARM = re.compile(
    rb"WARNING: All log messages before absl::InitializeLog\(\)"
    rb"|[IWE]\d{4} .*(Could not find cuda drivers|failed call to cuInit)"
)


@contextlib.contextmanager
def quiet_tensorflow():
    """Imports TensorFlow beside another backend: it logs less and leaves GPU memory free.

    Where it is imported already, or a variable is set already, nothing changes; the environment
    is the same before and after.
    """
    added = [] if "tensorflow" in sys.modules else [key for key in _GUEST if key not in os.environ]
    os.environ.update({key: _GUEST[key] for key in added})
    try:
        import_quietly("tensorflow")
        yield
    finally:
        for key in added:
            del os.environ[key]


def import_quietly(name: str) -> None:
    """Imports TensorFlow, or Keras on it, without alarms where the machine has no NVIDIA GPU.

    Args:
        name: String, `"tensorflow"` or `"keras"`.
    """
    if name in sys.modules or any(Path(driver).exists() for driver in DRIVERS):
        importlib.import_module(name)
        return
    with _without(ALARM):
        importlib.import_module(name)
        if "tensorflow" in sys.modules:
            sys.modules["tensorflow"].config.list_physical_devices()  # which looks for CUDA


@contextlib.contextmanager
def _without(lines):
    """Keeps lines from the standard error, those of C++ too; what else came is written after."""
    sys.stderr.flush()
    with tempfile.TemporaryFile() as file:
        before = os.dup(2)
        os.dup2(file.fileno(), 2)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(before, 2)
            os.close(before)
            file.seek(0)
            for line in file:
                if not lines.match(line):
                    os.write(2, line)
