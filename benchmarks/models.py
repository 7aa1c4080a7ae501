r"""Models of kerae beside those of pythae: how well they learn MNIST, and how fast.

    python benchmarks/models.py --data mnist --data-dir folder > docs/results/models.md

The same networks (784-512-16, SiLU), Adam, batches and epochs, in processes that train an epoch in
turn on images that are binarized once. `trainers.MODELS` says what a model is given beside its
networks; the rest is as its library has it by default. log p(x) of test images is estimated by
importance sampling, for both by the same formula.
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
    in_turn,
    machine,
    share_machine,
    table,
)
from trainers import MODELS

BATCH_SIZE = 100

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--models", nargs="+", choices=MODELS, default=MODELS)
parser.add_argument("--backends", nargs="+", choices=BACKENDS, default=BACKENDS, help="of kerae")
parser.add_argument("--images", type=int, default=20_000)
parser.add_argument("--epochs", type=int, default=10)
parser.add_argument("--codes", type=int, default=200, help="of each of 2,000 test images")
add_data_options(parser)
add_thread_option(parser)
args = parser.parse_args()
if find_spec("pythae") is None:
    sys.exit('Expected pythae. Received: an environment without it. Do pip install -e ".[bench]".')
CONTENDERS = {f"kerae on {backend}": ("kerae_models", backend) for backend in args.backends}
CONTENDERS["pythae"] = ("pythae_models", "torch")


def compared(name):
    """A record of each contender."""
    options = "--batch-size", BATCH_SIZE
    with ExitStack() as processes:
        running = {
            library: processes.enter_context(
                Contender(["model_process.py", trainer, name, file, *options], backend)
            )
            for library, (trainer, backend) in CONTENDERS.items()
        }
        rounds = in_turn(running, args.epochs, epochs=1)
        (measured,) = in_turn(running, 1, codes=args.codes)
    seconds = {  # of all epochs but the first, which compiles
        library: np.array([told[library]["seconds"] for told in rounds[1:]]) for library in running
    }
    for library, own in seconds.items():
        nll = measured[library]
        yield {
            "model": name,
            "library": library,
            "- log p(x), nats": f"{nll['nll']:.2f} ± {nll['standard_error']:.2f}",
            "s/epoch": np.nanmedian(own),
            "times as fast as pythae": np.nanmedian(seconds["pythae"] / own),
            "first epoch, s": rounds[0][library]["seconds"],
        }


def binarized():
    from kerae.data import binarize, load

    data = load(args.data or "mnist", args.data_dir)
    return {"train": binarize(data.x_train[: args.images]), "test": binarize(data.x_test[:2000])}


share_machine(args.threads)
with tempfile.TemporaryDirectory() as folder:
    file = Path(folder, "images.npz")
    np.savez(file, **binarized())
    records = [record for name in args.models for record in compared(name)]

print("# Models beside those of pythae\n")
print("```\npython benchmarks/models.py --data mnist --data-dir folder \\")
print(f"    --images {args.images} --epochs {args.epochs} --codes {args.codes} \\")
print(f"    --threads {args.threads} --backends {' '.join(args.backends)}\n```\n")
print(machine("keras", *args.backends, "pythae"))
print(
    f"\n{args.images} images, batches of {BATCH_SIZE}, {args.epochs} epochs; log p(x) of 2,000 test"
    f" images by {args.codes} codes each, with the standard error of their mean.\n"
)
print(table(records))
of_best = [
    max(each["times as fast as pythae"] for each in records if each["model"] == name)
    for name in args.models
]
print("NaN: it diverged, and its seconds are those of the epochs before.")
print(f"In the median over models the fastest is {np.median(of_best):.2f} times as fast as pythae.")
