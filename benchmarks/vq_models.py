r"""kerae's VQ-VAE beside pythae's and a loop around vector-quantize-pytorch, on MNIST.

    python benchmarks/vq_models.py --data mnist --data-dir folder
    python benchmarks/vq_models.py --page > docs/results/vq_models.md

The same small networks, Adam, batches, epochs and codebook, so the same bits, in processes that
train an epoch in turn on images that are binarized once. What is measured is appended to a file, a
line a run; `--page` draws all runs with the options of the last one. Take several, by `--seed`: at
few epochs runs of one library differ by several nats.
"""

import argparse
import math
import sys
import tempfile
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from contenders import (
    BACKENDS,
    TEST_IMAGES,
    Contender,
    add_data_options,
    add_thread_option,
    binarized,
    in_turn,
    machine,
    share_machine,
    table,
    times_as_fast,
)
from records import RESULTS, append, read
from trainers import CODES, MAPS

BATCH_SIZE = 100
PLACES = 7 * 7
LOOP = "loop around vector-quantize-pytorch"
OTHERS = {
    "pythae": "pythae_vqvae",
    "pythae, on nats": "pythae_vqvae",
    LOOP: "vector_quantize_loop",
}
PACKAGES = "pythae", "vector_quantize_pytorch"
OPTIONS = "images", "epochs", "threads", "backends"

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--backends", nargs="+", choices=BACKENDS, default=BACKENDS, help="of kerae")
parser.add_argument("--images", type=int, default=10_000)
parser.add_argument("--epochs", type=int, default=10)
parser.add_argument("--seed", type=int, default=0, help="of weights and batches")
parser.add_argument("--page", action="store_true", help="print what has been measured")
parser.add_argument("--results", type=Path, default=RESULTS / "vq_models.jsonl")
add_data_options(parser)
add_thread_option(parser)
args = parser.parse_args()
CONTENDERS = {f"kerae on {backend}": ("kerae_vqvae", backend) for backend in args.backends}
CONTENDERS |= {name: (trainer, "torch") for name, trainer in OTHERS.items()}


def compared(file):
    """What contenders answer: the seconds of each epoch, and what their codes keep."""
    options = file, "--batch-size", BATCH_SIZE, "--seed", args.seed
    with ExitStack() as processes:
        running = {
            library: processes.enter_context(
                Contender(["model_process.py", trainer, library, *options], backend)
            )
            for library, (trainer, backend) in CONTENDERS.items()
        }
        rounds = in_turn(running, args.epochs, epochs=1)
        (measured,) = in_turn(running, 1)
    return {
        "machine": machine("keras", *args.backends, *PACKAGES),
        **{key: getattr(args, key) for key in OPTIONS},
        "seed": args.seed,
        "seconds": {library: [told[library]["seconds"] for told in rounds] for library in running},
        "measured": measured,
    }


def row(records, library):
    of_runs = [record["measured"][library] for record in records]
    used = np.mean([kept["used_codes"] for kept in of_runs])
    rounds = [record["seconds"] for record in records]
    than_pythae, than_loop = (
        np.median([times_as_fast(seconds, library, other) for seconds in rounds])
        for other in ("pythae", LOOP)
    )
    return {
        "library": library,
        "- log p(x given z), nats": spread([kept["nats"] for kept in of_runs], 2),
        "squared error": spread([kept["squared_error"] for kept in of_runs], 4),
        "used codes": f"{used:.0f} of {CODES['num_codes']}",
        "s/epoch": np.median([seconds[library][1:] for seconds in rounds]),
        "times as fast as pythae": than_pythae,
        "as the loop": than_loop,
        "first epoch, s": np.median([seconds[library][0] for seconds in rounds]),
    }


def spread(values, digits):
    """The mean, and of several runs the least and the most."""
    mean, least, most = (f"{of(values):.{digits}f}" for of in (np.mean, min, max))
    return f"{mean} ({least} to {most})" if len(values) > 1 else mean


def page():
    """Markdown of the runs with the options of the last one."""
    known = read(args.results)
    record = known[-1]
    records = [each for each in known if all(each[key] == record[key] for key in OPTIONS)]
    given = {key: record[key] for key in OPTIONS} | {"backends": " ".join(record["backends"])}
    bits = PLACES * math.log2(CODES["num_codes"])
    yield "# VQ-VAEs beside those of others\n"
    yield "```\npython benchmarks/vq_models.py --data mnist --data-dir folder \\"
    yield "    " + " ".join(f"--{key} {value}" for key, value in given.items())
    yield "python benchmarks/vq_models.py --page > docs/results/vq_models.md\n```\n"
    yield record["machine"]
    yield (
        f"\n{record['images']:,} images, batches of {BATCH_SIZE}, {record['epochs']} epochs of "
        f"each in turn; networks of convolutions with {MAPS[0]} and {MAPS[1]} channels, "
        f"{CODES['num_codes']} codes of {CODES['code_dim']} dimensions at {PLACES} places, "
        f"{bits:.0f} bits an image, an EMA codebook (decay {CODES['decay']}), straight through. "
        f"Measured on {TEST_IMAGES:,} test images, of all by the same formulas: - log p(x|z), the "
        "mean squared error of a pixel, and the codes that are chosen at all.\n"
    )
    yield (
        "pythae trains on the squared error and has no other choice; `pythae, on nats` is its "
        "model with the Bernoulli likelihood in the place of it. Its codebook starts at random, "
        "and revives no code. The loop is on kerae's objective, and takes the start by k-means "
        "and the revival of dead codes of vector-quantize-pytorch.\n"
    )
    yield (
        f"Runs: {len(records)}; of several the mean, with the least and the most. Of one run take "
        "differences of several nats for chance: those of one library on one backend differ as "
        "much from seed to seed.\n"
    )
    yield (
        "Other jobs ran on this machine meanwhile: read the ratios, which are medians of those "
        "within a round, and not the seconds.\n"
    )
    yield table([row(records, library) for library in record["seconds"]])


if args.page:
    print("\n".join(page()))
    sys.exit()
if missing := [package for package in PACKAGES if find_spec(package) is None]:
    sys.exit(f'Expected {", ".join(missing)}. Received: none. Do pip install -e ".[bench]".')
share_machine(args.threads)
with tempfile.TemporaryDirectory() as folder:
    file = Path(folder, "images.npz")
    np.savez(file, **binarized(args.images, args.data, args.data_dir))
    append(args.results, compared(file))
