"""What `kerae serve` costs beside a bare loop over the same SavedModel, and whether it holds.

    python benchmarks/serving.py --minutes 10

A convolutional VAE for images of 28x28 pixels, whose weights need no training for this. Prints
tables in Markdown, and ends with an error where an answer was wrong or lost.
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

import numpy as np
import onnxruntime
import psutil
import tensorflow as tf
from contenders import table

import kerae

SHAPE = (28, 28, 1)
LATENT_DIM = 16
IMAGES = 256  # different ones that are asked for
DECIMALS = 3  # of a pixel; a request has about 5 kB
BATCHING = {"yes": 64, "no": 1}  # the most rows that requests are merged to
CLIENTS = (1, 8, 64)
STEADY_CLIENTS = 8
FAULT_EVERY = 50  # requests of the steady load, one is bad
ROWS = (1, 64)  # of a call without a server
REPEATS = 5
SECONDS = 2.0  # of each measurement
WARM_UP = 0.25  # of these seconds, before them
MAX_REQUEST_MB = 1
SAMPLES = 120  # of the memory
SEED = 0
PACKAGES = ("keras", "tensorflow", "onnxruntime", "uvicorn", "starlette", "numpy")

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--minutes", type=float, default=0.5, help="of the steady load")
parser.add_argument("--repeats", type=int, default=REPEATS)
parser.add_argument("--seconds", type=float, default=SECONDS, help="of each measurement")
parser.add_argument("--data", help="name or path for kerae.data.load; otherwise random images")
parser.add_argument("--data-dir", help="folder of TensorFlow Datasets or of the IDX files")
args = parser.parse_args()


@contextmanager
def served(models, max_batch_size):
    """The process and the address of a server."""
    command = [Path(sys.executable).with_name("kerae"), "serve", models, "--port", 0]
    command += ["--max-batch-size", max_batch_size, "--max-request-mb", MAX_REQUEST_MB]
    process = subprocess.Popen(map(str, command), stdout=subprocess.PIPE, text=True)
    with process:
        try:
            address = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())[0]
            yield psutil.Process(process.pid), address
        finally:
            process.terminate()


def load(server, clients, seconds, fault_every=0):
    """What clients in a process of their own tell of a server, and its memory meanwhile."""
    process, address = server
    command = [sys.executable, Path(__file__).with_name("load.py")]
    command += [f"{address}/v1/models/vae:predict", questions, "--clients", clients]
    command += ["--seconds", seconds, "--warm-up", WARM_UP * args.seconds]
    command += ["--fault-every", fault_every, "--oversized", MAX_REQUEST_MB * 2**20 + 1]
    memory, started = [], time.perf_counter()
    with subprocess.Popen(map(str, command), stdout=subprocess.PIPE, text=True) as asking:
        while asking.poll() is None:
            minute = (time.perf_counter() - started) / 60
            memory.append((minute, process.memory_info().rss / 2**20))
            time.sleep(seconds / SAMPLES)
        told = json.loads(asking.stdout.read())
    if told["wrong"] or told["lost"]:
        sys.exit(f"Expected a right answer to each request. Received: {json.dumps(told)}.")
    return told, memory


def call(function, rows):
    """How a loop over a function fares."""
    function(x[:rows])  # which compiles
    durations, begin = [], time.perf_counter() + WARM_UP * args.seconds
    while (started := time.perf_counter()) < begin + args.seconds:
        function(x[:rows])
        if started >= begin:
            durations.append(time.perf_counter() - started)
    p50, p99 = 1000 * np.quantile(durations, [0.5, 0.99])
    return {"per_second": rows / np.mean(durations), "p50_ms": p50, "p99_ms": p99}


def saved_model(x):
    return {name: output.numpy() for name, output in signature(x=tf.constant(x)).items()}


def onnx(x):
    return session.run(None, {"x": x})


def size(path):
    return sum(file.stat().st_size for file in (path, *path.rglob("*")) if file.is_file())


def weights(*layers):
    arrays = (array for layer in layers for array in layer.get_weights())
    return sum(array.nbytes for array in arrays)


kerae.set_random_seed(SEED)
if args.data:
    x = kerae.data.load(args.data, args.data_dir).x_test[:IMAGES]
else:
    x = np.random.default_rng(SEED).random((IMAGES, *SHAPE), dtype="float32")
x = x.round(DECIMALS)
model = kerae.VAE(SHAPE, LATENT_DIM)
calls, loads = [], []

with tempfile.TemporaryDirectory() as folder, ExitStack() as servers:
    exported, encoder = Path(folder, "models/vae/1"), Path(folder, "encode.onnx")
    kerae.export.saved_model(model, exported, x[:8], verify=False)
    kerae.export.onnx(model, encoder, "encode", x[:8], verify=False)
    sizes = [
        {"": name, "MiB": size(path) / 2**20, "beside the weights": size(path) / weights(*parts)}
        for name, path, parts in (
            ("SavedModel", exported, [model]),
            ("of it `variables/`", exported / "variables", [model]),
            ("ONNX of `encode`", encoder, [model.encoder, model.latent]),
        )
    ]
    loaded = tf.saved_model.load(str(exported))  # it owns the variables of the signature
    signature = loaded.signatures["encode"]
    session = onnxruntime.InferenceSession(encoder, providers=["CPUExecutionProvider"])
    functions = {"SavedModel": saved_model, "model.encode": model.encode, "ONNX Runtime": onnx}
    questions = Path(folder, "questions.npz")
    np.savez(questions, x=x, **saved_model(x))
    serving = {
        batching: servers.enter_context(served(exported.parents[1], rows))
        for batching, rows in BATCHING.items()
    }
    for _ in range(args.repeats):
        bare = {}
        for rows in ROWS:
            for name, function in functions.items():
                measured = call(function, rows)
                bare.setdefault(rows, measured)  # of the SavedModel
                ratio = measured["p50_ms"] / bare[rows]["p50_ms"]
                calls.append({"rows": rows, "by": name, **measured, "p50, ratio": ratio})
        for clients in CLIENTS:
            for batching, server in serving.items():
                told, _ = load(server, clients, args.seconds)
                measured = {name: told[name] for name in bare[1]}
                for rows in ROWS:
                    part = measured["per_second"] / bare[rows]["per_second"]
                    measured[f"part of a loop over {rows}"] = part
                loads.append({"clients": clients, "batching": batching, **measured})
    steady, memory = load(serving["yes"], STEADY_CLIENTS, 60 * args.minutes, FAULT_EVERY)

print(f"{os.cpu_count()} CPU cores,", ", ".join(f"{each} {version(each)}" for each in PACKAGES))
print("\n## `encode` called in a loop\n", table(calls, ["rows", "by"]), sep="\n")
print("## `encode` asked of `kerae serve`\n", table(loads, ["clients", "batching"]), sep="\n")
print(
    f"## {args.minutes:g} minutes of {STEADY_CLIENTS} clients, one request in {FAULT_EVERY} bad\n"
)
print(table([{name: steady[name] for name in ("per_second", "p50_ms", "p99_ms")}]))
print(table([{"request": kind, "answered rightly": n} for kind, n in steady["right"].items()]))
memory = [{"minute": round(minute, 1), "memory, MiB": mib} for minute, mib in memory]
print(table(memory[:: SAMPLES // 10]))
print("## Sizes\n", table(sizes), sep="\n")
