r"""How fast sparse dictionaries are trained, by kerae and by others.

    python benchmarks/dictionaries.py
    python benchmarks/dictionaries.py --sizes 512x4096 --kinds topk --backends jax torch
    python benchmarks/dictionaries.py --page > docs/results/dictionary_speed.md

The same examples, batches and Adam at the same constant rate, in processes that train some steps in
turn: kerae on each backend, SAELens, dictionary_learning, sparsify, and the five products of
matrices below which no dense step gets (`pip install sae-lens eai-sparsify dictionary-learning`;
what is not installed is left out). All else is as each library has it by default: SAELens clips
gradients, dictionary_learning and sparsify keep atoms at length 1, as kerae does. What is measured
of a size and kind is appended to a file, which `--page` draws.
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
    add_thread_option,
    in_turn,
    machine,
    share_machine,
    table,
)
from records import RESULTS, append, read

KINDS = ("topk", "batchtopk", "relu")
SIZES = ("512x4096", "768x16384")
PEERS = {  # and the module that has to be installed
    "saelens": "sae_lens",
    "dictionary_learning": "dictionary_learning",
    "sparsify": "sparsify",
    "products": "torch",
}
ONLY_TOP_K = ("sparsify",)
RATE, SPARSITY = 3e-4, 0.1
ACTIVE, NOISE = 32, 0.05  # of the examples: active atoms, and noise beside them
OPTIONS = "batch_size", "k", "steps", "rounds", "threads"

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--sizes", nargs="+", default=SIZES, help="of an example, and atoms")
parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS)
parser.add_argument("--backends", nargs="+", choices=BACKENDS, default=BACKENDS, help="of kerae")
parser.add_argument("--peers", nargs="*", choices=PEERS, default=list(PEERS))
parser.add_argument("--batch-size", type=int, default=4096)
parser.add_argument("--k", type=int, default=32)
parser.add_argument("--steps", type=int, default=5, help="of a round")
parser.add_argument("--rounds", type=int, default=7, help="the first of which is not counted")
parser.add_argument("--page", action="store_true", help="print what has been measured")
parser.add_argument("--results", type=Path, default=RESULTS / "dictionary_speed.jsonl")
add_thread_option(parser)
args = parser.parse_args()


def examples(input_dim, latent_dim):
    """Sums of few of known atoms, and noise."""
    generator = np.random.default_rng(0)
    atoms = generator.normal(size=(latent_dim, input_dim)).astype("float32")
    atoms /= np.linalg.norm(atoms, axis=1, keepdims=True)
    popularity = 1 / np.arange(1, latent_dim + 1) ** 0.5
    popularity /= popularity.sum()

    def drawn(count):
        x = NOISE * generator.normal(size=(count, input_dim)).astype("float32")
        for rows in np.array_split(x, max(1, count // 1024)):
            active = generator.choice(latent_dim, (len(rows), ACTIVE), p=popularity)
            amounts = generator.uniform(0.5, 1.5, active.shape).astype("float32")
            rows += np.einsum("na,nad->nd", amounts, atoms[active])
        return x

    return {"train": drawn(16 * args.batch_size), "held_out": drawn(4096)}


def compared(kind, size):
    """What contenders answer, round by round, and of examples that are held out."""
    input_dim, latent_dim = map(int, size.split("x"))
    contenders = {f"kerae on {backend}": ("kerae", backend) for backend in args.backends}
    for peer in args.peers:
        if find_spec(PEERS[peer]) and (kind == "topk" or peer not in ONLY_TOP_K):
            contenders[peer] = (peer, "torch")
    options = {
        "--latent-dim": latent_dim,
        "--k": args.k,
        "--rate": RATE,
        "--sparsity": SPARSITY,
        "--batch-size": args.batch_size,
        "--steps": args.steps * args.rounds,
    }
    with tempfile.TemporaryDirectory() as folder, ExitStack() as processes:
        file = Path(folder, "examples.npz")
        np.savez(file, **examples(input_dim, latent_dim))
        rest = [part for option in options.items() for part in option]
        running = {
            name: processes.enter_context(
                Contender(["dictionary_process.py", trainer, kind, file, *rest], backend)
            )
            for name, (trainer, backend) in contenders.items()
        }
        rounds = in_turn(running, args.rounds, steps=args.steps)
        (held_out,) = in_turn(running, 1)
    return {
        "kind": kind,
        "size": size,
        "machine": machine("keras", *args.backends),
        "devices": sorted({told["device"] for told in rounds[0].values()}),
        **{key: getattr(args, key) for key in OPTIONS},
        "rounds_of": {name: [told[name] for told in rounds] for name in running},
        "held_out": held_out,
    }


def rows(record):
    """A row of the table for each contender: medians of the rounds but the first."""
    tokens = record["steps"] * record["batch_size"]
    for name, rounds in record["rounds_of"].items():
        seconds, cpu = (
            np.array([told[key] for told in rounds[1:]]) for key in ("seconds", "cpu_seconds")
        )
        yield {
            "": name,
            "tokens/s": np.median(tokens / seconds),
            "tokens per CPU second": np.median(tokens / cpu),
            "beside the best peer": ratio(record, name, best_peer(record)),
            "of the five products' speed": ratio(record, name, "products"),
            "peak memory, MB": rounds[-1]["peak_mb"],
            "unexplained variance": record["held_out"][name]["unexplained"],
            "active units": record["held_out"][name]["l0"],
        }


def seconds_of(record, name):
    return np.array([told["seconds"] for told in record["rounds_of"][name][1:]])


def best_peer(record):
    """Of the other libraries the one with the fewest seconds, in the median."""
    peers = [name for name in record["rounds_of"] if name in PEERS and name != "products"]
    return min(peers, key=lambda name: np.median(seconds_of(record, name)), default=None)


def ratio(record, name, other):
    """How many times as fast as another, in the median of rounds."""
    if other not in record["rounds_of"]:
        return np.nan
    return float(np.median(seconds_of(record, other) / seconds_of(record, name)))


def page():
    """Markdown: the last table of each device, size and kind."""
    known = {
        (*record["devices"], record["size"], record["kind"]): record
        for record in read(args.results)
    }
    yield "# How fast dictionaries are trained\n"
    yield (
        "```\npython benchmarks/dictionaries.py\n"
        "python benchmarks/dictionaries.py --page > docs/results/dictionary_speed.md\n```\n"
    )
    yield (
        f"Sums of {ACTIVE} of known atoms and noise; Adam at {RATE:g}; k = 32, or for ReLU a "
        f"sparsity weight of {SPARSITY}. Processes train in turn, and numbers are medians of "
        "rounds, but for memory (the most that the process has had, data and imports included; on "
        "a GPU, of it) and what is measured of 4,096 examples held out after all rounds. "
        "`products` computes the five products of a dense step and nothing else.\n"
    )
    for record in known.values():
        yield f"## {record['kind']}, {record['size']}, {' and '.join(record['devices'])}\n"
        yield (
            f"Batches of {record['batch_size']:,}, {record['rounds']} rounds of {record['steps']} "
            f"steps. {record['machine']}\n"
        )
        yield table(list(rows(record)))


if args.page:
    print("\n".join(page()))
    sys.exit()
share_machine(args.threads)
for size in args.sizes:
    for kind in args.kinds:
        record = compared(kind, size)
        append(args.results, record)
        print(table(list(rows(record))), flush=True)
