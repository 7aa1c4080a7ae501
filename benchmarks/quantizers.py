r"""Quantizers on MNIST: what they keep of an image, at how many bits, and how many codes they use.

    python benchmarks/quantizers.py --all --data mnist --data-dir folder
    python benchmarks/quantizers.py --row "VQ, 512" "FSQ, 8 8 8" --data mnist --data-dir folder
    python benchmarks/quantizers.py --page > docs/results/quantizers.md

Trains a VQ-VAE with each on images that are binarized afresh at each step, and measures it on the
test images. What is measured is appended to a file, a line of JSON a row, which `--page` draws. A
row that was killed goes on after its last epoch; one that is in the file for as many images and
epochs is left out.
"""

import argparse
import math
import sys
from pathlib import Path

from contenders import add_data_options, add_thread_option, device, machine, share_machine
from contenders import table as markdown
from records import RESULTS, append, read

SEED = 0
BATCH_SIZE = 128
LEARNING_RATE = 1e-3  # of Adam

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
asked = parser.add_mutually_exclusive_group(required=True)
asked.add_argument("--row", nargs="+", metavar="NAME", help="as `--all` names them")
asked.add_argument("--all", action="store_true")
asked.add_argument("--page", action="store_true", help="print what has been measured")
parser.add_argument("--images", type=int, default=60_000, help="to train on; 60,000 by default")
parser.add_argument("--epochs", type=int, default=10, help="10 by default")
parser.add_argument("--out", type=Path, default=Path("saved_models/quantizers"), help="of models")
parser.add_argument("--results", type=Path, default=RESULTS / "quantizers.jsonl")
add_data_options(parser)
add_thread_option(parser)
args = parser.parse_args()
if not args.page:
    share_machine(args.threads)

import keras  # noqa: E402 - the threads are chosen before
from seconds import Seconds  # noqa: E402

import kerae  # noqa: E402
from kerae.callbacks.history_file import HistoryFile, read_history  # noqa: E402
from kerae.latents import (  # noqa: E402
    FiniteScalar,
    Grouped,
    LookupFree,
    Residual,
    SimVQ,
    VectorQuantizer,
)

DIM = 16  # of the codes of a codebook
ROWS = {
    "VQ, 512": lambda: VectorQuantizer(512, DIM),
    "VQ, 512, without revival": lambda: VectorQuantizer(512, DIM, revive=0.0),
    "VQ, 512, rotation": lambda: VectorQuantizer(512, DIM, estimator="rotation"),
    "VQ, 512, cosine": lambda: VectorQuantizer(512, DIM, metric="cosine"),
    "VQ, 512, gradient": lambda: VectorQuantizer(512, DIM, update="gradient"),
    "SimVQ, 512": lambda: SimVQ(512, DIM),
    "FSQ, 8 8 8": lambda: FiniteScalar((8, 8, 8)),
    "FSQ, 8 6 5": lambda: FiniteScalar((8, 6, 5)),
    "LFQ, 9 bits": lambda: LookupFree(9),
    "BSQ, 9 bits": lambda: LookupFree(9, spherical=True),
    "grouped VQ, 3 of 8": lambda: Grouped(VectorQuantizer(8, DIM), 3),
    "residual VQ, 3 of 8": lambda: Residual(VectorQuantizer(8, DIM), 3),
    "residual VQ, 2 of 512": lambda: Residual(VectorQuantizer(512, DIM), 2),
    "residual VQ, 2 of 512, without revival": lambda: Residual(
        VectorQuantizer(512, DIM, revive=0.0), 2
    ),
    "VQ, 4096": lambda: VectorQuantizer(4096, DIM),
    "VQ, 4096, without revival": lambda: VectorQuantizer(4096, DIM, revive=0.0),
}


def records():
    """What has been measured, by row, images and epochs; the last of each counts."""
    return {key(**record): record for record in read(args.results)}


def key(row, images, epochs, **_):
    return row, images, epochs


def measure(name):
    """Trains a row from its last checkpoint on, and measures it."""
    out = args.out / f"{name.lower().replace(',', '').replace(' ', '_')}_{args.images}"
    kerae.set_random_seed(SEED)
    x = data.x_train[: args.images]
    model = kerae.VQVAE(
        data.input_shape, quantizer=ROWS[name](), preprocessing=kerae.data.Binarize("dynamic")
    ).start_at_mean(x)
    model.compile(keras.optimizers.Adam(LEARNING_RATE))
    checkpoint = kerae.callbacks.Checkpoint(out)
    done = checkpoint.restore(model)
    model.fit(
        x,
        batch_size=BATCH_SIZE,
        epochs=args.epochs,
        initial_epoch=done,
        callbacks=[Seconds(), HistoryFile(out / "history.csv", done), checkpoint],
        verbose=2,
    )
    logs = model.evaluate(data.x_test, verbose=0, return_dict=True)
    scores = model.score(data.x_test, num_samples=1)
    latent = model.latent
    return {
        "row": name,
        "images": len(x),
        "epochs": args.epochs,
        "backend": keras.backend.backend(),
        "machine": machine("keras", keras.backend.backend()),
        "device": device(),
        "seconds": round(sum(read_history(out / "history.csv")["seconds"])),
        "places": latent.places,
        "num_codes": latent.num_codes,
        "bits": latent.log_num_codes / math.log(2),
        "reconstruction": logs["reconstruction"],
        "reconstruction_error": float(scores["reconstruction_error"].mean(dtype="float64")),
        "perplexity": logs["perplexity"],
        "used_codes": logs["used_codes"],
    }


def cells(record):
    bound = record["reconstruction"] + record["bits"] * math.log(2)
    return {
        "row": record["row"],
        "bits an image": f"{record['bits']:.0f}",
        "- log p(x given z), nats": f"{record['reconstruction']:.2f}",
        "squared error": f"{record['reconstruction_error']:.4f}",
        "with all codes alike, nats": f"{bound:.1f}",
        "perplexity": f"{record['perplexity']:.1f} of {record['num_codes']}",
        "used codes": f"{record['used_codes']:.1%}",
        "seconds": f"{record['seconds']:,}",
        "backend": record["backend"],
    }


def page():
    """Markdown: a table for each number of images and epochs, in the order of `ROWS`."""
    known = records()
    yield "# Quantizers on MNIST\n"
    yield (
        "A VQ-VAE with its default networks, which make 7x7 codes of an image, and each quantizer; "
        f"Adam at {LEARNING_RATE:g}, batches of {BATCH_SIZE}, images binarized dynamically. "
        "Measured on the 10,000 test images: - log p(x|z) and the mean of the squared error of a "
        "pixel; the upper bound of - log p(x) that a prior of all codes alike gives; perplexity of "
        "the choices and the part of codes that are chosen at all, of several codebooks the mean.\n"
    )
    last = list(known.values())[-1]
    yield (
        f"```\nKERAS_BACKEND={last['backend']} python benchmarks/quantizers.py --all --data mnist "
        f"--data-dir folder \\\n    --images {last['images']} --epochs {last['epochs']}\n"
        "python benchmarks/quantizers.py --page > docs/results/quantizers.md\n```\n"
    )
    machines = sorted({record["machine"] for record in known.values()})
    yield f"On {' And on '.join(machines)} Other jobs ran beside it: seconds are for scale only.\n"
    for budget in dict.fromkeys(of[1:] for of in known):
        images, epochs = budget
        rows = [cells(known[name, *budget]) for name in ROWS if (name, *budget) in known]
        yield f"## {images:,} images, {epochs} epochs\n\n{markdown(rows)}"


if args.page:
    print("\n".join(page()))
    sys.exit()
chosen = args.row or list(ROWS)
if unknown := set(chosen) - set(ROWS):
    parser.error(f"Expected rows of {'; '.join(ROWS)}. Received: {'; '.join(sorted(unknown))}.")
data = kerae.data.load(args.data or "mnist", args.data_dir)
for name in chosen:
    budget = (name, min(args.images, len(data.x_train)), args.epochs)
    if budget in records():
        print(f"{name} is in {args.results}; take its line out to measure it again.")
    else:
        append(args.results, measure(name))
        print(records()[budget])
