"""Where the time of a training step goes on PyTorch's CPU.

    python benchmarks/step_profile.py --data mnist --data-dir folder

Prints a table in Markdown: milliseconds of a step that `torch.profiler` counts in products (of
matrices, and convolutions) and in other kernels, and what else a step takes when it is not
profiled: Python, autograd, the loading of data. The products are the same for all; a profiled step
is slower, at times so much that less than nothing is left.
"""

import argparse
import os
import time
from importlib import import_module

from contenders import add_data_options, add_thread_option, images, machine, share_machine, table

TRAINERS = ("hand_written_torch", "kerae_fit", "pythae_trainer")
NETWORKS = ("dense", "convolutional")
BATCH_SIZE = 128
STEPS = 400  # of an epoch
PROFILED = 100  # of them; fewer are not captured
ROUNDS = 2  # the profiler needs long
PRODUCTS = ("aten::mm", "aten::addmm", "convolution")

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--networks", nargs="+", choices=NETWORKS, default=NETWORKS)
parser.add_argument("--contenders", nargs="+", choices=TRAINERS, default=TRAINERS)
parser.add_argument("--steps", type=int, default=STEPS, help="of an epoch, at least 100")
parser.add_argument("--rounds", type=int, default=ROUNDS)
add_data_options(parser)
add_thread_option(parser)
args = parser.parse_args()
if args.steps < PROFILED:
    parser.error(f"Expected --steps of at least {PROFILED}. Received: {args.steps}.")


def step(train):
    """Milliseconds."""
    started = time.perf_counter()
    train(x, 1)
    return 1000 * (time.perf_counter() - started) / args.steps


def in_kernels(train):
    """Milliseconds of a step by kind of kernel."""
    with profile(activities=[ProfilerActivity.CPU]) as profiled:
        train(x[: PROFILED * BATCH_SIZE], 1)
    spent = {"products": 0.0, "other kernels": 0.0}
    for event in profiled.key_averages():
        if event.key.startswith("aten::"):
            kind = "products" if any(map(event.key.__contains__, PRODUCTS)) else "other kernels"
            spent[kind] += event.self_cpu_time_total / 1000 / PROFILED
    return spent


share_machine(args.threads)
os.environ.update(KERAS_BACKEND="torch", CUDA_VISIBLE_DEVICES="")
# Where the threads are set.
from torch.profiler import ProfilerActivity, profile  # noqa: E402

x = images(args.steps * BATCH_SIZE, args.data, args.data_dir)
measured = []
for network in args.networks:
    trains = {
        name: import_module(f"trainers.{name}").trainer(network, BATCH_SIZE)
        for name in args.contenders
    }
    for train in trains.values():
        step(train)  # to warm up
    for _ in range(args.rounds):
        for name, train in trains.items():
            whole, spent = step(train), in_kernels(train)
            parts = {"step": whole, **spent, "not in kernels": whole - sum(spent.values())}
            in_ms = {f"{part}, ms": value for part, value in parts.items()}
            measured.append({"network": network, "contender": name, **in_ms})

print(machine("keras", "torch"))
print(f"\n{args.steps} steps of {BATCH_SIZE} images; medians of {args.rounds} rounds.\n")
print(table(measured, ["network", "contender"]))
