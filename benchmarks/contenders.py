"""Processes that are measured in turn, and what all benchmarks print.

A benchmark starts a process for each contender, which gets ready and waits. They are told in turn,
round by round, so that what slows the machine for a while slows all of them.
"""

import json
import os
import resource
import subprocess
import sys
import time
from contextlib import suppress
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
import psutil

INPUT_SHAPE = (28, 28, 1)
BACKENDS = ("jax", "tensorflow", "torch")
SECONDS_TO_END = 20
TEST_IMAGES = 2_000


class Contender:
    """A process that works each time it is asked, and waits meanwhile.

    Args:
        command: List, Python's arguments, for a script of this folder that calls `answer`.
        backend: The Keras backend.
        environment: Dictionary of more variables.
    """

    def __init__(self, command, backend, environment=None):
        self.command = list(map(str, command))
        self.backend = backend
        self._process = subprocess.Popen(
            [sys.executable, *self.command],
            cwd=Path(__file__).parent,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "KERAS_BACKEND": backend, **(environment or {})},
        )

    def ask(self, **question):
        """What the process answers, a dictionary; ends everything where it has failed."""
        with suppress(BrokenPipeError):  # the answer, or none, tells more
            print(json.dumps(question), file=self._process.stdin, flush=True)
        answer = self._process.stdout.readline()
        if not answer:
            sys.exit(
                f"Expected an answer of {' '.join(self.command)} on {self.backend}. "
                f"Received: none, exit status {self._process.wait()}. Its error stands above."
            )
        return json.loads(answer)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with suppress(BrokenPipeError):
            self._process.stdin.close()  # which ends it
        try:
            self._process.wait(SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._process.stdout.close()


def in_turn(contenders, rounds, **question):
    """What contenders answer, round by round: a list of dictionaries, with the same keys."""
    return [{key: each.ask(**question) for key, each in contenders.items()} for _ in range(rounds)]


def times_as_fast(seconds, library, other):
    """In the median over epochs that were in turn, but for the first, which compiles."""
    own, of_other = (np.array(seconds[each][1:]) for each in (library, other))
    return np.nanmedian(of_other / own)


def answer(function):
    """Answers each question on the standard input by `function(**question)`, a dictionary.

    What libraries print goes to the standard error.
    """
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for question in sys.stdin:
        print(json.dumps(function(**json.loads(question))), file=answers, flush=True)


def since_start():
    """Seconds since this process was started, imports included."""
    return time.time() - psutil.Process().create_time()


def share_machine(threads):
    """Keeps this process, and those that it starts, to so many cores and threads; Linux only.

    Contenders that wait do not compute, so their threads are left to spin as by default: PyTorch
    is half as fast where they sleep at once. A GPU's memory is taken as it is needed.
    """
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
    os.environ.update(
        OMP_NUM_THREADS=str(threads),
        TF_NUM_INTRAOP_THREADS=str(threads),
        TF_CPP_MIN_LOG_LEVEL="2",
        TQDM_DISABLE="1",
        TF_FORCE_GPU_ALLOW_GROWTH="true",
        XLA_PYTHON_CLIENT_PREALLOCATE="false",
    )


def device():
    """The name of what the Keras backend computes on."""
    backend = os.environ.get("KERAS_BACKEND") or import_module("keras").backend.backend()
    if backend == "jax":
        import jax

        first = jax.devices()[0]
        return "CPU" if first.platform == "cpu" else first.device_kind
    if backend == "torch":
        import torch

        return torch.cuda.get_device_name() if torch.cuda.is_available() else "CPU"
    import tensorflow as tf

    gpus = tf.config.list_physical_devices("GPU")
    return tf.config.experimental.get_device_details(gpus[0])["device_name"] if gpus else "CPU"


def peak_mb():
    """The most memory that this process has had: of the GPU where it computes on one."""
    if device() == "CPU":
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if os.environ["KERAS_BACKEND"] == "jax":
        import jax

        return jax.devices()[0].memory_stats()["peak_bytes_in_use"] / 2**20
    import torch

    return torch.cuda.max_memory_allocated() / 2**20


def add_thread_option(parser):
    cores = len(os.sched_getaffinity(0))
    parser.add_argument("--threads", type=int, default=cores, help="and cores; all by default")


def add_data_options(parser):
    parser.add_argument("--data", help="name or path for kerae.data.load; otherwise random images")
    parser.add_argument("--data-dir", help="folder of TensorFlow Datasets or of the IDX files")


def images(count, data=None, data_dir=None):
    """Float32 images `(count, 28, 28, 1)` from 0 to 1."""
    if data is None:
        generator = np.random.default_rng(0)
        return generator.random((count, *INPUT_SHAPE), dtype="float32")
    from kerae.data import load

    return load(data, data_dir).x_train[:count]


def binarized(count, data=None, data_dir=None):
    """Images of a data set, by default MNIST, that are binarized once, `train` and `test`."""
    from kerae.data import binarize, load

    images = load(data or "mnist", data_dir)
    return {
        "train": binarize(images.x_train[:count]),
        "test": binarize(images.x_test[:TEST_IMAGES]),
    }


def table(measured, by=None):
    """Markdown of records, or of the medians of those that are alike."""
    frame = pd.DataFrame(measured)
    if by:
        frame = frame.groupby(by, sort=False).median().reset_index()
    rows = [frame.columns, ["---"] * frame.shape[1], *frame.itertuples(index=False)]
    return "".join(f"| {' | '.join(map(shown, row))} |\n" for row in rows)


def shown(value):
    if not isinstance(value, float):
        return str(value)
    if np.isnan(value):
        return ""
    if abs(value) < 100:
        return f"{value:.3g}"
    return f"{value:.1f}" if abs(value) < 1000 else f"{value:,.0f}"


def machine(*packages):
    """The processor, the threads in use and the versions of packages, in one line."""
    names = [row for row in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in row]
    processor = names[0].split(": ")[1] if names else "unknown processor"
    versions = ", ".join(f"{each} {version(each)}" for each in packages)
    return f"{len(os.sched_getaffinity(0))} CPU cores ({processor}), {versions}."
