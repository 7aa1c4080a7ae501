r"""How fast VAEs train, by kerae and by others, on each backend.

    python benchmarks/training.py --data mnist --data-dir folder
    python benchmarks/training.py --networks dense --backends jax \
        --contenders hand_written kerae_fit

Prints a table in Markdown. An epoch, shuffled, of a dense VAE (784-512-16) and of kerae's default
convolutional one: by a loop written by hand in the backend's framework, by Keras' `fit` of a model
written with Keras alone, by kerae's `fit`, and by pythae (`pip install -e ".[bench]"`).
"""

import argparse
import sys
import tempfile
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from contenders import (
    BACKENDS,
    Contender,
    add_data_options,
    add_thread_option,
    images,
    in_turn,
    machine,
    share_machine,
    table,
)

CONTENDERS = ("hand_written", "keras_fit", "kerae_fit", "pythae_trainer")
NETWORKS = ("dense", "convolutional")
BATCH_SIZE = 128
IMAGES = 60_000
EPOCHS = 2  # of a call of `fit`, whose own costs are part of what is measured
ROUNDS = 3

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--networks", nargs="+", choices=NETWORKS, default=NETWORKS)
parser.add_argument("--backends", nargs="+", choices=BACKENDS, default=BACKENDS)
parser.add_argument("--contenders", nargs="+", choices=CONTENDERS, default=CONTENDERS)
parser.add_argument("--images", type=int, default=IMAGES)
parser.add_argument("--batch-size", type=int, default=BATCH_SIZE)
parser.add_argument("--epochs", type=int, default=EPOCHS, help="of each call")
parser.add_argument("--rounds", type=int, default=ROUNDS)
parser.add_argument("--steps-per-execution", help="for Keras and kerae; their defaults otherwise")
parser.add_argument("--policy", help="for Keras and kerae: mixed_bfloat16, say")
add_data_options(parser)
add_thread_option(parser)
args = parser.parse_args()
if "pythae_trainer" in args.contenders and find_spec("pythae") is None:
    sys.exit('Expected pythae. Received: an environment without it. Do pip install -e ".[bench]".')


def started(network, backend, contender):
    """The process, warm."""
    module = f"{contender}_{backend}" if contender == "hand_written" else contender
    command = ["trainer_process.py", module, network, file, "--batch-size", args.batch_size]
    if contender in ("keras_fit", "kerae_fit"):
        chosen = {"--steps-per-execution": args.steps_per_execution, "--policy": args.policy}
        command += [part for option in chosen.items() if option[1] for part in option]
    process = processes.enter_context(Contender(command, backend))
    first = process.ask(images=args.batch_size, epochs=1)
    devices.add(f"{backend} on {first['device']}")
    epoch = process.ask(images=args.images, epochs=1)
    starts[network, backend, contender] = {
        "first step, s": first["since_start"],
        "first epoch, s": epoch["seconds"],
    }
    return process


def records(network, rounds):
    """A record of each contender in each round."""
    for told in rounds:
        seconds = {key: each["seconds"] / args.epochs for key, each in told.items()}
        for (backend, contender), own in seconds.items():
            yield {
                "network": network,
                "backend": backend,
                "contender": contender,
                "images/s": args.images / own,
                "s/epoch": own,
                "beside hand-written": seconds.get((backend, "hand_written"), np.nan) / own,
                "beside pythae": seconds.get(("torch", "pythae_trainer"), np.nan) / own,
                "loss": rounds[-1][backend, contender]["loss"],
                **starts[network, backend, contender],
            }


share_machine(args.threads)
devices, starts, measured = set(), {}, []
with tempfile.TemporaryDirectory() as folder:
    file = Path(folder, "images.npy")
    np.save(file, images(args.images, args.data, args.data_dir))
    for network in args.networks:
        with ExitStack() as processes:
            running = {
                (backend, contender): started(network, backend, contender)
                for backend in args.backends
                for contender in args.contenders
                if contender != "pythae_trainer" or backend == "torch"
            }
            rounds = in_turn(running, args.rounds, images=args.images, epochs=args.epochs)
        measured += records(network, rounds)

print(machine("keras", *args.backends), f"{'; '.join(sorted(devices))}.")
print(
    f"\n{args.images} images, batches of {args.batch_size}; medians of {args.rounds} rounds of "
    f"{args.epochs} epochs after one; the loss is that of epoch {1 + args.rounds * args.epochs}.\n"
)
print(table(measured, ["network", "backend", "contender"]))
