r"""How long until a VAE is good: seconds until the negative ELBO of test images of MNIST is low.

    python benchmarks/time_to_quality.py --data mnist --data-dir folder
    python benchmarks/time_to_quality.py --page > docs/results/time_to_quality.md

Gray pixels, Bernoulli, 16 latent dimensions; each contender with what its library has by default
or shows in its example (`trainers/defaults_*.py`), in processes that train an epoch in turn. The
clock of each runs while it starts and trains, not while the test images are evaluated. What is
measured of a seed is appended to a file, which `--page` draws; a seed that is there is left out.
"""

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from contenders import Contender, add_data_options, add_thread_option, machine, share_machine, table
from records import RESULTS, append, read

BELOW = 104, 102, 100, 98, 96  # nats
WITHIN = 60, 120, 300  # seconds
# The module of trainers/, its network and the backend.
CONTENDERS = {
    "kerae on jax": ("defaults_kerae", "default", "jax"),
    "kerae on tensorflow": ("defaults_kerae", "default", "tensorflow"),
    "kerae on torch": ("defaults_kerae", "default", "torch"),
    "example of Keras on jax": ("defaults_keras", "default", "jax"),
    "example of Keras on torch": ("defaults_keras", "default", "torch"),
    "pythae, MLP": ("defaults_pythae", "dense", "torch"),
    "pythae, convolutional": ("defaults_pythae", "convolutional", "torch"),
}

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--contenders", nargs="+", choices=CONTENDERS, default=CONTENDERS)
parser.add_argument("--seconds", type=float, default=max(WITHIN), help="of training, each")
parser.add_argument(
    "--epochs", type=int, default=20, help="of kerae, whose rate falls to 0 in them"
)
parser.add_argument("--seeds", type=int, nargs="+", default=range(3))
parser.add_argument("--images", type=int, default=60_000)
parser.add_argument("--page", action="store_true", help="print what has been measured")
parser.add_argument("--results", type=Path, default=RESULTS / "time_to_quality.jsonl")
add_data_options(parser)
add_thread_option(parser)
args = parser.parse_args()
BUDGET = {key: getattr(args, key) for key in ("seconds", "epochs", "images", "threads")}


def measured(names, seed, file):
    """Records of contenders that train in turn until their time is over."""
    options = "--seed", seed, "--epochs", args.epochs
    with ExitStack() as stack:
        running = {}
        for name in names:
            trainer, network, backend = CONTENDERS[name]
            command = ["quality_process.py", trainer, network, file, *options]
            running[name] = stack.enter_context(Contender(command, backend))
        points = {name: [each.ask(epochs=0)] for name, each in running.items()}
        while running:
            for name, each in list(running.items()):
                points[name].append(each.ask(epochs=1))
                if points[name][-1]["seconds"] > args.seconds or points[name][-1]["is_over"]:
                    running.pop(name)
    for name in names:
        yield {
            "contender": name,
            "seed": seed,
            "budget": BUDGET,
            "start": points[name][0]["seconds_to_start"],
            "seconds": [point["seconds"] for point in points[name]],
            "negative_elbo": [point["negative_elbo"] for point in points[name]],
        }


def until(record, nats):
    """Seconds of training until so low, infinite where it is not reached."""
    pairs = zip(record["seconds"], record["negative_elbo"], strict=True)
    return next((seconds for seconds, found in pairs if found < nats), np.inf)


def best(record, seconds):
    pairs = zip(record["seconds"], record["negative_elbo"], strict=True)
    return min((found for taken, found in pairs if taken <= seconds), default=np.nan)


def row(name, records):
    """Medians over seeds."""
    cells = {"contender": name, "seeds": len(records)}
    cells["start, s"] = np.median([each["start"] for each in records])
    for nats in BELOW:
        taken = np.median([until(each, nats) for each in records])
        cells[f"below {nats}, s"] = taken if np.isfinite(taken) else "not reached"
    for seconds in WITHIN:
        cells[f"within {seconds} s, nats"] = np.median([best(each, seconds) for each in records])
    return cells


def page():
    records = read(args.results)
    budget, about = (records[-1][key] for key in ("budget", "machine"))
    alike = [each for each in records if (each["budget"], each["machine"]) == (budget, about)]
    yield "# Time to a good model\n"
    yield "```\npython benchmarks/time_to_quality.py --data mnist --data-dir folder \\"
    yield "    " + " ".join(f"--{key} {value}" for key, value in budget.items())
    yield "python benchmarks/time_to_quality.py --page > docs/results/time_to_quality.md\n```\n"
    yield f"{about} {budget['images']:,} images.\n"
    yield (
        "Seconds of training until the negative ELBO of the test images, by one code each, is "
        "below so many nats, and the lowest within so many seconds, in the median over seeds. "
        "Evaluated after each epoch. What comes before the first step is in another column.\n"
    )
    names = [name for name in CONTENDERS if any(each["contender"] == name for each in alike)]
    yield table([row(name, [r for r in alike if r["contender"] == name]) for name in names])


if args.page:
    print("\n".join(page()))
    sys.exit()

share_machine(args.threads)
from kerae.data import load  # noqa: E402 - the threads are chosen before

data = load(args.data or "mnist", args.data_dir)
about = machine("keras", "jax", "tensorflow", "torch")
with tempfile.TemporaryDirectory() as folder:
    file = Path(folder) / "images.npz"
    np.savez(file, train=data.x_train[: args.images], test=data.x_test)
    for seed in args.seeds:
        known = [
            each["contender"]
            for each in read(args.results)
            if each["budget"] == BUDGET and each["seed"] == seed
        ]
        names = [name for name in args.contenders if name not in known]
        for record in measured(names, seed, file):
            append(args.results, {**record, "machine": about})
