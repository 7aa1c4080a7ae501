"""What a training step costs when there is next to nothing to compute.

    python benchmarks/overhead.py

Prints a table in Markdown: microseconds a step of a VAE of 784-32-2 on batches of 32, by `fit` with
some `steps_per_execution`, beside the loop written by hand.
"""

import argparse
import tempfile
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from contenders import (
    BACKENDS,
    Contender,
    add_thread_option,
    images,
    in_turn,
    machine,
    share_machine,
    table,
)

BATCH_SIZE = 32
STEPS = 1024  # of an epoch
EPOCHS = 2  # of a call of `fit`
ROUNDS = 5
DEFAULT = "default"
AT_ONCE = ("1", "16", "64", "epoch", DEFAULT)

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--backends", nargs="+", choices=BACKENDS, default=BACKENDS)
parser.add_argument("--steps", type=int, default=STEPS, help="of an epoch")
parser.add_argument("--rounds", type=int, default=ROUNDS)
parser.add_argument(
    "--steps-per-execution", nargs="+", default=AT_ONCE, help=f"integers, epoch, auto, {DEFAULT}"
)
add_thread_option(parser)
args = parser.parse_args()


def started(backend, module, at_once=DEFAULT):
    command = ["trainer_process.py", module, "tiny", file, "--batch-size", BATCH_SIZE]
    command += [] if at_once == DEFAULT else ["--steps-per-execution", at_once]
    process = processes.enter_context(Contender(command, backend))
    devices.add(f"{backend} on {process.ask(images=count, epochs=1)['device']}")
    return process


def settings(backend):
    """What Keras and kerae are asked for; on PyTorch they take no integer above 1."""
    for at_once in args.steps_per_execution:
        if backend == "torch" and at_once.isdigit() and at_once != "1":
            continue
        if at_once.isdigit():
            yield "keras_fit", at_once
        yield "kerae_fit", at_once


share_machine(args.threads)
count, devices, measured = args.steps * BATCH_SIZE, set(), []
with tempfile.TemporaryDirectory() as folder:
    file = Path(folder, "images.npy")
    np.save(file, images(count))
    for backend in args.backends:
        with ExitStack() as processes:
            by_hand = ("hand_written", "")
            running = {by_hand: started(backend, f"hand_written_{backend}")}
            for name, at_once in settings(backend):
                running[name, at_once] = started(backend, name, at_once)
            for told in in_turn(running, args.rounds, images=count, epochs=EPOCHS):
                steps = args.steps * EPOCHS
                for (name, at_once), answer in told.items():
                    measured.append(
                        {
                            "backend": backend,
                            "contender": name,
                            "steps per execution": at_once,
                            "µs/step": 1e6 * answer["seconds"] / steps,
                            "µs/step above hand-written": 1e6
                            * (answer["seconds"] - told[by_hand]["seconds"])
                            / steps,
                            "times hand-written": answer["seconds"] / told[by_hand]["seconds"],
                        }
                    )

print(machine("keras", "jax", "tensorflow", "torch"), f"{'; '.join(sorted(devices))}.")
print(f"\n{args.rounds} rounds of {EPOCHS} epochs of {args.steps} steps, medians.\n")
print(table(measured, ["backend", "contender", "steps per execution"]))
