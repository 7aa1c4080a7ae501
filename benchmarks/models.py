r"""Models of kerae beside those of pythae: how well they learn MNIST, and how fast.

    python benchmarks/models.py --data mnist --data-dir folder
    python benchmarks/models.py --page > docs/results/models.md

The same networks (784-512-16, SiLU), Adam, batches and epochs, in processes that train an epoch in
turn on images that are binarized once. `trainers.MODELS` says what a model is given beside its
networks; the rest is as its library has it by default. log p(x) of test images is estimated by
importance sampling, for both by the same formula. What is measured of a model is appended to a
file, which `--page` draws; a model that is in the file with that seed is left out.
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
    binarized,
    in_turn,
    machine,
    share_machine,
    table,
    times_as_fast,
)
from records import RESULTS, append, read
from trainers import MODELS

BATCH_SIZE = 100
OPTIONS = "images", "epochs", "codes", "threads", "backends"

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--models", nargs="+", choices=MODELS, default=MODELS)
parser.add_argument("--backends", nargs="+", choices=BACKENDS, default=BACKENDS, help="of kerae")
parser.add_argument("--images", type=int, default=20_000)
parser.add_argument("--epochs", type=int, default=10)
parser.add_argument("--codes", type=int, default=200, help="of each of 2,000 test images")
parser.add_argument("--seeds", type=int, nargs="+", default=[0], help="of weights and batches")
parser.add_argument("--page", action="store_true", help="print what has been measured")
parser.add_argument("--results", type=Path, default=RESULTS / "models.jsonl")
add_data_options(parser)
add_thread_option(parser)
args = parser.parse_args()
CONTENDERS = {f"kerae on {backend}": ("kerae_models", backend) for backend in args.backends}
CONTENDERS["pythae"] = ("pythae_models", "torch")


def compared(name, seed):
    """What contenders answer: the seconds of each epoch, and the likelihood."""
    options = "--batch-size", BATCH_SIZE, "--seed", seed
    with ExitStack() as processes:
        running = {
            library: processes.enter_context(
                Contender(["model_process.py", trainer, name, file, *options], backend)
            )
            for library, (trainer, backend) in CONTENDERS.items()
        }
        rounds = in_turn(running, args.epochs, epochs=1)
        (measured,) = in_turn(running, 1, codes=args.codes)
    return {
        "model": name,
        "seed": seed,
        "machine": machine("keras", *args.backends, "pythae"),
        **{key: getattr(args, key) for key in OPTIONS},
        "seconds": {library: [told[library]["seconds"] for told in rounds] for library in running},
        "likelihood": measured,
    }


def rows(records):
    """A row of the table for each library, from the records of a model, one of each seed."""
    for library in records[0]["seconds"]:
        likelihoods = [record["likelihood"][library] for record in records]
        error = np.median([nll["standard_error"] for nll in likelihoods])
        less = [
            record["likelihood"]["pythae"]["nll"] - nll["nll"]
            for record, nll in zip(records, likelihoods)
        ]
        yield {
            "model": records[0]["model"],
            "library": library,
            "- log p(x), nats": f"{np.mean([nll['nll'] for nll in likelihoods]):.2f} ± {error:.2f}",
            "less than pythae, by seed": ""
            if library == "pythae"
            else ", ".join(f"{each:+.2f}" for each in less),
            "s/epoch": np.nanmedian([record["seconds"][library][1:] for record in records]),
            "times as fast as pythae": ratio(records, library),
            "first epoch, s": np.median([record["seconds"][library][0] for record in records]),
        }


def ratio(records, library):
    """In the median over seeds."""
    return np.median([times_as_fast(each["seconds"], library, "pythae") for each in records])


def page():
    """Markdown: what was measured with the options of the last record, in the order of `MODELS`."""
    known = read(args.results)
    options = {key: known[-1][key] for key in OPTIONS}
    of_models = {name: [] for name in MODELS}
    for each in known:
        if options == {key: each[key] for key in OPTIONS}:
            of_models[each["model"]].append(each)
    of_models = [records for records in of_models.values() if records]
    seeds = sorted({each["seed"] for records in of_models for each in records})
    given = {**options, "backends": " ".join(options["backends"])}
    given["seeds"] = " ".join(map(str, seeds))
    yield "# Models beside those of pythae\n"
    yield "```\npython benchmarks/models.py --data mnist --data-dir folder \\"
    yield "    " + " ".join(f"--{key} {value}" for key, value in given.items())
    yield "python benchmarks/models.py --page > docs/results/models.md\n```\n"
    yield known[-1]["machine"]
    yield (
        f"\n{options['images']} images, batches of {BATCH_SIZE}, {options['epochs']} epochs; "
        f"log p(x) of 2,000 test images by {options['codes']} codes each: the mean over seeds, "
        "with the standard error of one; beside it what each seed has less than pythae's.\n"
    )
    yield table([row for records in of_models for row in rows(records)])
    best = [
        max(ratio(records, own) for own in records[0]["seconds"] if own != "pythae")
        for records in of_models
    ]
    yield "NaN: it diverged, and its seconds are those of the epochs before."
    yield (
        f"In the median over the {np.isfinite(best).sum()} models whose epochs are timed, "
        f"the fastest is {np.nanmedian(best):.2f} times as fast as pythae."
    )


if args.page:
    print("\n".join(page()))
    sys.exit()
if find_spec("pythae") is None:
    sys.exit('Expected pythae. Received: an environment without it. Do pip install -e ".[bench]".')
share_machine(args.threads)
done = {(record["model"], record["seed"]) for record in read(args.results)}
with tempfile.TemporaryDirectory() as folder:
    file = Path(folder, "images.npz")
    np.savez(file, **binarized(args.images, args.data, args.data_dir))
    for seed in args.seeds:
        for name in args.models:
            if (name, seed) in done:
                print(f"{name}, seed {seed}, is in {args.results}; take its line out to go again.")
            else:
                append(args.results, compared(name, seed))
