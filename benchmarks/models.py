r"""Models of kerae beside those of pythae: how well they learn MNIST, and how fast.

    python benchmarks/models.py --data mnist --data-dir folder
    python benchmarks/models.py --page > docs/results/models.md

The same networks (784-512-16, SiLU), Adam, batches and epochs, in processes that train an epoch in
turn on images that are binarized once. `trainers.MODELS` says what a model is given beside its
networks; the rest is as its library has it by default. log p(x) of test images is estimated by
importance sampling, for both by the same formula. What is measured of a model is appended to a
file, which `--page` draws; a model that is in the file is left out.
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
parser.add_argument("--page", action="store_true", help="print what has been measured")
parser.add_argument("--results", type=Path, default=RESULTS / "models.jsonl")
add_data_options(parser)
add_thread_option(parser)
args = parser.parse_args()
CONTENDERS = {f"kerae on {backend}": ("kerae_models", backend) for backend in args.backends}
CONTENDERS["pythae"] = ("pythae_models", "torch")


def compared(name):
    """What contenders answer: the seconds of each epoch, and the likelihood."""
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
    return {
        "model": name,
        "machine": machine("keras", *args.backends, "pythae"),
        **{key: getattr(args, key) for key in OPTIONS},
        "seconds": {library: [told[library]["seconds"] for told in rounds] for library in running},
        "likelihood": measured,
    }


def rows(record):
    """A row of the table for each library."""
    for library, seconds in record["seconds"].items():
        nll = record["likelihood"][library]
        yield {
            "model": record["model"],
            "library": library,
            "- log p(x), nats": f"{nll['nll']:.2f} ± {nll['standard_error']:.2f}",
            "s/epoch": np.nanmedian(seconds[1:]),
            "times as fast as pythae": ratio(record, library),
            "first epoch, s": seconds[0],
        }


def ratio(record, library):
    return times_as_fast(record["seconds"], library, "pythae")


def page():
    """Markdown: what was measured with the options of the last record, in the order of `MODELS`."""
    known = read(args.results)
    options = {key: known[-1][key] for key in OPTIONS}
    alike = {
        each["model"]: each for each in known if options == {key: each[key] for key in OPTIONS}
    }
    records = [alike[name] for name in MODELS if name in alike]
    given = {**options, "backends": " ".join(options["backends"])}
    yield "# Models beside those of pythae\n"
    yield "```\npython benchmarks/models.py --data mnist --data-dir folder \\"
    yield "    " + " ".join(f"--{key} {value}" for key, value in given.items())
    yield "python benchmarks/models.py --page > docs/results/models.md\n```\n"
    yield records[-1]["machine"]
    yield (
        f"\n{options['images']} images, batches of {BATCH_SIZE}, {options['epochs']} epochs; "
        f"log p(x) of 2,000 test images by {options['codes']} codes each, with the standard error "
        "of their mean.\n"
    )
    yield table([row for record in records for row in rows(record)])
    best = [max(ratio(each, own) for own in each["seconds"] if own != "pythae") for each in records]
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
done = {record["model"] for record in read(args.results)}
with tempfile.TemporaryDirectory() as folder:
    file = Path(folder, "images.npz")
    np.savez(file, **binarized(args.images, args.data, args.data_dir))
    for name in args.models:
        if name in done:
            print(f"{name} is in {args.results}; take its line out to measure it again.")
        else:
            append(args.results, compared(name))
