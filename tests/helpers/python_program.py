"""Python programs that tests start: forks of a process that has imported everything.

So they start at once, instead of importing Keras and a framework for seconds. In `make test-all`
each is a process of its own from the start.
"""

import atexit
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import keras
import psutil

BACKEND = keras.backend.backend()
FRESH = (sys.executable,)
HERE = Path(__file__).parent
IMPORTED = (
    "kerae.cli.main",
    "kerae.run",
    "kerae.models",
    "kerae.analysis",
    "kerae.export.export_job",
    "bokeh.embed",
    "bokeh.layouts",
    "bokeh.plotting",
    "docstring_parser",
    "matplotlib.pyplot",
    "pandas",
    "PIL.Image",
    "pyarrow.parquet",
    "rich.console",
    "rich.table",
    "sklearn.cluster",
    "sklearn.datasets",
    "sklearn.linear_model",
    "sklearn.manifold",
    "sklearn.metrics",
    "sklearn.mixture",
    "sklearn.neighbors",
)
IMPORTED_ON = {
    "tensorflow": (
        "kerae.serving.serve",
        "tensorflow_serving.apis.prediction_log_pb2",
        "tf2onnx.tfonnx",
    ),
}

_servers = {}


def python(backend=BACKEND):
    """What to write for `python` in a command whose Keras runs on `backend`."""
    if os.environ.get("KERAE_TEST_ALL"):
        return FRESH
    if backend not in _servers:
        _servers[backend] = _Server(backend)
    return sys.executable, "-IS", str(HERE / "forked_python.py"), _servers[backend].address


def cpu_seconds():
    """Of this process and of all programs that have ended; not of imports by fork servers."""
    here = os.times()
    forks = (psutil.Process(each.process.pid).cpu_times() for each in _servers.values())
    return sum(here[:4]) + sum(each.children_user + each.children_system for each in forks)


class _Server:
    def __init__(self, backend):
        self.folder = tempfile.TemporaryDirectory()
        self.address = str(Path(self.folder.name) / "socket")
        modules = (*IMPORTED, *IMPORTED_ON.get(backend, ()))
        self.process = subprocess.Popen(
            [sys.executable, HERE / "fork_server.py", self.address, *modules],
            stdin=subprocess.PIPE,
            env=os.environ | {"KERAS_BACKEND": backend},
            start_new_session=True,  # Ctrl-C is for the programs, whose clients pass it on
        )
        atexit.register(self.end)
        while not Path(self.address).exists():
            assert self.process.poll() is None, "The fork server did not start."
            time.sleep(0.01)

    def end(self):
        self.process.stdin.close()
        self.process.wait()
        self.folder.cleanup()
