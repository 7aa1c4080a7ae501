r"""Published likelihoods of MNIST beside kerae's: a row of a table, or all of them.

    python benchmarks/papers.py --row "S-VAE, d = 10" --data mnist --data-dir folder
    python benchmarks/papers.py --protocol B --data mnist --data-dir folder
    python benchmarks/papers.py --page > docs/results/papers.md

Trains on images that are binarized afresh at each step, as the row's protocol in `published.py`
says, and estimates log p(x) of the test images, binarized once for all rows. What is measured is
appended to a file, a line of JSON a row, which `--page` draws. A row that was killed goes on after
its last epoch; one that is in the file is left out.
"""

import argparse
import sys
from pathlib import Path

from contenders import add_data_options, add_thread_option, device, machine, share_machine
from contenders import table as markdown
from records import RESULTS, append, read

SEED = 0

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
asked = parser.add_mutually_exclusive_group(required=True)
asked.add_argument("--row", nargs="+", metavar="NAME", help="as `--all` names them")
asked.add_argument("--protocol", help="all rows of one, as the page names it: A, B, C …")
asked.add_argument("--all", action="store_true")
asked.add_argument("--page", action="store_true", help="print what has been measured")
parser.add_argument("--epochs", type=int, help="other than the protocol's")
parser.add_argument("--out", type=Path, default=Path("saved_models/papers"), help="of the models")
parser.add_argument("--results", type=Path, default=RESULTS / "papers.jsonl")
add_data_options(parser)
add_thread_option(parser)
args = parser.parse_args()
if not args.page:
    share_machine(args.threads)

import keras  # noqa: E402 - the threads are chosen before
import numpy as np  # noqa: E402
from published import PROTOCOLS, ROWS  # noqa: E402
from seconds import Seconds  # noqa: E402

import kerae  # noqa: E402
from kerae.callbacks.history_file import HistoryFile, read_history  # noqa: E402


def folder(name):
    return args.out / name.lower().replace(",", "").replace(" ", "_")


def records():
    """What has been measured, by row; the last of each counts."""
    return {record["row"]: record for record in read(args.results)}


def reproduce(name):
    """Trains a row from its last checkpoint on, measures it, and appends what came out."""
    row = ROWS[name]
    protocol, out = PROTOCOLS[row.protocol], folder(name)
    epochs = args.epochs or protocol.epochs
    kerae.set_random_seed(SEED)
    x = data.x_train[: protocol.train]
    steps = epochs * -(-len(x) // protocol.batch_size)
    model = row.made(data)
    model.compile(optimizer=protocol.adam(steps))
    checkpoint = kerae.callbacks.Checkpoint(out)
    done = checkpoint.restore(model)
    model.fit(
        x,
        batch_size=protocol.batch_size,
        epochs=epochs,
        initial_epoch=done,
        callbacks=[Seconds(), HistoryFile(out / "history.csv", done), checkpoint],
        verbose=2,
    )
    logs = model.evaluate(data.x_test, verbose=0, return_dict=True)
    scores = model.score(data.x_test, num_samples=protocol.codes)
    nll = -scores["importance_weighted_bound"].astype("float64")
    np.save(out / "nll.npy", nll)
    return {
        "row": name,
        "protocol": row.protocol,
        "backend": keras.backend.backend(),
        "machine": machine("keras", keras.backend.backend()),
        "device": device(),
        "epochs": epochs,
        "steps": steps,
        "batch_size": protocol.batch_size,
        "seconds": round(sum(read_history(out / "history.csv")["seconds"])),
        "codes": protocol.codes,
        "nll": nll.mean(),
        **beside(row, nll),
        "standard_error": standard_error(nll),
        "negative_elbo": float(np.mean(scores["negative_elbo"], dtype="float64")),
        "kl": {key: value for key, value in logs.items() if key.startswith("kl")},
        "effective_sample_size": float(np.mean(scores["effective_sample_size"])),
        "active_units": int(np.sum(kerae.metrics.active_units(model.encode(data.x_test)))),
        "published": row.published,
    }


def beside(row, nll):
    """How much less it is than that of the row it is compared with, where that is known."""
    other = folder(row.beside) / "nll.npy"
    if not row.beside or not other.exists():
        return {}
    less = np.load(other) - nll
    return {"beside": row.beside, "less": less.mean(), "less_standard_error": standard_error(less)}


def standard_error(values):
    return np.std(values, ddof=1) / np.sqrt(len(values))


def cells(record):
    less = ""
    if "less" in record:
        less = f"{record['less']:+.2f} ± {record['less_standard_error']:.2f} ({record['beside']})"
    return {
        "row": record["row"],
        "- log p(x), nats": f"{record['nll']:.2f} ± {record['standard_error']:.2f}",
        "published": record["published"],
        "less than another row, nats": less,
        "negative ELBO, nats": f"{record['negative_elbo']:.2f}",
        "KL (of each layer), nats": kl(record["kl"]),
        "effective sample size": f"{record['effective_sample_size']:.1f} of {record['codes']}",
        "active units": str(record["active_units"]),
        "epochs": str(record["epochs"]),
        "steps": f"{record['steps']:,}",
        "seconds": f"{record['seconds']:,}",
        "backend": record["backend"],
    }


def kl(logs):
    layers = ", ".join(f"{value:.1f}" for key, value in logs.items() if key != "kl")
    return f"{logs['kl']:.1f}" + (f" ({layers})" if layers else "")


def page():
    """Markdown: a table for each protocol, in the order of `published.py`."""
    known = records()
    yield "# Likelihoods of MNIST beside published ones\n"
    yield (
        "Images binarized dynamically, the test images once for all rows; - log p(x) by importance "
        "sampling, the mean over 10,000 test images and its standard error, which says nothing of "
        "other seeds. A difference from another row is paired, image by image. Lower is better.\n"
    )
    yield (
        "```\nKERAS_BACKEND=jax python benchmarks/papers.py --all --data mnist --data-dir folder\n"
        "python benchmarks/papers.py --page > docs/results/papers.md\n```\n"
    )
    machines = sorted({record["machine"] for record in known.values()})
    yield f"On {' And on '.join(machines)} Other jobs ran beside it: seconds are for scale only.\n"
    for key, protocol in PROTOCOLS.items():
        rows = [
            cells(known[name])
            for name, row in ROWS.items()
            if row.protocol == key and name in known
        ]
        if rows:
            yield f"## {key}\n\n{protocol.text}\n\n{markdown(rows)}"


if args.page:
    print("\n".join(page()))
    sys.exit()
chosen = args.row or [n for n, row in ROWS.items() if args.all or row.protocol == args.protocol]
if unknown := set(chosen) - set(ROWS):
    parser.error(f"Expected rows of {', '.join(ROWS)}. Received: {', '.join(sorted(unknown))}.")
data = kerae.data.load(args.data or "mnist", args.data_dir)
for name in chosen:
    if name in records():
        print(f"{name} is in {args.results}; take its line out to measure it again.")
    else:
        append(args.results, reproduce(name))
        print(records()[name])
