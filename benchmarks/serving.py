"""What `kerae serve` costs beside a bare loop over the same SavedModel, and whether it holds.

    python benchmarks/serving.py
    python benchmarks/serving.py --minutes 10 --to docs/results/serving.md

A convolutional VAE for images of 28x28 pixels, whose weights need no training for this. The
second command writes its tables to the page, between its marks.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from importlib.metadata import version
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
import onnxruntime
import pandas as pd
import psutil
import tensorflow as tf

import kerae
from kerae.files import replacing

SHAPE = (28, 28, 1)
LATENT_DIM = 16
IMAGES = 256  # different ones that are asked for
DECIMALS = 3  # of a pixel; the body of a request has about 5 kB
SERVERS = {"yes": 64, "no": 1}  # rows that requests are merged to, by whether there is batching
CLIENTS = (1, 8, 64)
STEADY_CLIENTS = 8
FAULT_EVERY = 50  # requests of the steady load, one is bad
ROWS = (1, 64)  # of a call without a server
REPEATS = 5
SECONDS = 2.0  # of each measurement
WARM_UP = 0.25  # of these, before them
MAX_REQUEST_MB = 1
MEMORY_SAMPLES = 120  # of the steady load
SEED = 0
MARKS = "<!-- measured -->\n", "<!-- end -->\n"

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--minutes", type=float, default=0.5, help="of the steady load")
parser.add_argument("--repeats", type=int, default=REPEATS)
parser.add_argument("--seconds", type=float, default=SECONDS, help="of each measurement")
parser.add_argument("--data", help="name or path for kerae.data.load; otherwise random images")
parser.add_argument("--data-dir", help="folder of TensorFlow Datasets or of the IDX files")
parser.add_argument("--to", type=Path, help="page to write the tables to")
args = parser.parse_args()


@contextmanager
def served(folder, max_batch_size):
    """The process and the port of a server."""
    command = [Path(sys.executable).with_name("kerae"), "serve", folder, "--port", 0]
    command += ["--max-batch-size", max_batch_size, "--max-request-mb", MAX_REQUEST_MB]
    process = subprocess.Popen(map(str, command), stdout=subprocess.PIPE, text=True)
    with process:
        try:
            port = re.search(r"127\.0\.0\.1:(\d+)", process.stdout.readline())[1]
            yield psutil.Process(process.pid), port
        finally:
            process.terminate()


def load(server, clients, seconds, fault_every=0):
    """What clients in another process say of a server, and samples of its memory."""
    process, port = server
    command = [sys.executable, Path(__file__).with_name("load.py")]
    command += [f"http://127.0.0.1:{port}/v1/models/vae:predict", questions]
    command += ["--clients", clients, "--seconds", seconds, "--warm-up", WARM_UP * seconds]
    command += ["--fault-every", fault_every, "--oversized", MAX_REQUEST_MB * 2**20 + 1]
    memory, before, started = [], process.cpu_times(), time.perf_counter()
    with subprocess.Popen(map(str, command), stdout=subprocess.PIPE, text=True) as asking:
        while True:
            memory.append((time.perf_counter() - started, process.memory_info().rss / 2**20))
            try:
                told, _ = asking.communicate(timeout=seconds / MEMORY_SAMPLES)
                break
            except subprocess.TimeoutExpired:
                pass
    if asking.returncode:
        sys.exit(f"The clients failed: {asking.returncode}")
    after = process.cpu_times()
    busy = after.user + after.system - before.user - before.system
    return json.loads(told) | {"cores": busy / memory[-1][0]}, np.array(memory)


def call(function, rows, seconds):
    """How a loop over a function fares, as `load` tells it."""
    durations, begin = [], time.perf_counter() + WARM_UP * seconds
    while (started := time.perf_counter()) < begin + seconds:
        function(x[:rows])
        if started >= begin:
            durations.append(time.perf_counter() - started)
    p50, p99 = 1000 * np.quantile(durations, [0.5, 0.99])
    return {"rows_per_second": rows / np.mean(durations), "p50_ms": p50, "p99_ms": p99}


def table(rows):
    lines = [f"| {' | '.join(rows[0])} |", "|---" * len(rows[0]) + "|"]
    lines += [f"| {' | '.join(map(shown, row.values()))} |" for row in rows]
    return "\n".join(lines) + "\n"


def shown(value):
    return f"{value:.3g}" if isinstance(value, float) and value < 1000 else f"{value:.0f}"


def size(path):
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return sum(file.stat().st_size for file in files)
