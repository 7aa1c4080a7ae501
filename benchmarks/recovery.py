r"""How much of a dictionary that is known each kind of sparse dictionary finds again.

    KERAS_BACKEND=jax python benchmarks/recovery.py
    python benchmarks/recovery.py --page > docs/results/dictionaries.md

Examples are sums of some of 64 random atoms of length 1 in 32 dimensions, each times a number from
0.5 to 1.5, with and without noise. A dictionary of as many atoms sees each example once. What is
measured of a kind, a sparsity, a noise and a seed is appended to a file, which `--page` draws; what
is there already is left out.
"""

import argparse
import sys
from itertools import product
from pathlib import Path

from contenders import add_thread_option, device, machine, share_machine, table
from records import RESULTS, append, read

DIM, ATOMS, TEST_ROWS = 32, 64, 4096
BATCH_SIZE, LEARNING_RATE = 512, 1e-3  # of Adam
ACTIVE, NOISE = (2, 4, 8), (0.0, 0.1)
FOUND = 0.95  # the cosine from which on an atom counts as found

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--kinds", nargs="+", help="of `KINDS`; all by default")
parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1], help="of examples and weights")
parser.add_argument("--steps", type=int, default=3000)
parser.add_argument("--page", action="store_true", help="print what has been measured")
parser.add_argument("--results", type=Path, default=RESULTS / "dictionaries.jsonl")
add_thread_option(parser)
args = parser.parse_args()
if not args.page:
    share_machine(args.threads)

import keras  # noqa: E402 - the threads are chosen before
import numpy as np  # noqa: E402

import kerae  # noqa: E402


def sae(activation, of_k=False, **options):
    """What makes a model that is told how many units are active, where it takes that."""
    return lambda active: kerae.SAE(
        DIM, ATOMS, activation, dead_after=5_000, **({"k": active} if of_k else {}), **options
    )


KINDS = {
    "TopK": sae("topk", of_k=True),
    "TopK, tied": sae("topk", of_k=True, tied=True),
    "TopK, lengths divided": sae("topk", of_k=True, lengths="divided"),
    "BatchTopK": sae("batchtopk", of_k=True),
    "Matryoshka": lambda active: kerae.MatryoshkaSAE(DIM, ATOMS, k=active, dead_after=5_000),
    "ReLU": sae("relu"),
    "PAnneal": sae("panneal"),
    "JumpReLU": sae("jumprelu"),
    "Gated": sae("gated"),
}


def mixed(generator, atoms, rows, active, noise):
    places = np.argsort(generator.random((rows, ATOMS)), axis=1)[:, :active]
    z = np.zeros((rows, ATOMS))
    np.put_along_axis(z, places, generator.uniform(0.5, 1.5, (rows, active)), axis=1)
    return (z @ atoms + noise * generator.normal(size=(rows, DIM))).astype("float32")


def measured(kind, active, noise, seed):
    generator = np.random.default_rng(seed)
    atoms = generator.normal(size=(ATOMS, DIM))
    atoms /= np.linalg.norm(atoms, axis=1, keepdims=True)
    x = mixed(generator, atoms, BATCH_SIZE * args.steps, active, noise)
    kerae.set_random_seed(seed)
    model = KINDS[kind](active)
    model.compile(keras.optimizers.Adam(LEARNING_RATE))
    model.fit(x, batch_size=BATCH_SIZE, epochs=1, verbose=0)
    if isinstance(model.latent, kerae.latents.BatchTopK):
        model.calibrate(x[:TEST_ROWS])
    test = mixed(generator, atoms, TEST_ROWS, active, noise)
    cosines = kerae.metrics.matched_atoms(atoms, model.atoms, signed=False)[1]
    logs = model.evaluate(test, verbose=0, return_dict=True)
    return {
        "cosine": float(cosines.mean()),
        "found": float((cosines > FOUND).mean()),
        "explained_variance": logs["explained_variance"],
        "l0": logs["l0"],
        "never": int(ATOMS - (model.encode(test) > 0).any(axis=0).sum()),
    }


def row(kind, records):
    def spread(key, pattern):
        values = [record[key] for record in records]
        least, most = pattern.format(min(values)), pattern.format(max(values))
        return least if least == most else f"{least} to {most}"

    return {
        "kind": kind,
        "cosine": spread("cosine", "{:.3f}"),
        "atoms found": spread("found", "{:.0%}"),
        "explained variance": spread("explained_variance", "{:.3f}"),
        "active units": spread("l0", "{:.1f}"),
        "units never active": spread("never", "{}"),
        "seeds": len(records),
    }


def page():
    """Markdown: a table for each sparsity and noise, of as many steps as the last record."""
    known = read(args.results)
    steps = known[-1]["steps"]
    known = [record for record in known if record["steps"] == steps]
    seeds = " ".join(map(str, sorted({record["seed"] for record in known})))
    groups = {}
    for record in known:
        of_kinds = groups.setdefault((record["active"], record["noise"]), {})
        of_kinds.setdefault(record["kind"], []).append(record)
    yield "# Dictionaries that are known, found again\n"
    yield (
        f"Sums of 2, 4 or 8 of {ATOMS} random atoms of length 1 in {DIM} dimensions, each times a "
        f"number from 0.5 to 1.5. Each model has {ATOMS} atoms too and its defaults otherwise, but "
        f"that units are dead after 5,000 examples; {steps:,} steps of {BATCH_SIZE} new examples, "
        f"Adam at {LEARNING_RATE:g}. The cosine is the mean over atoms, each paired with one that "
        f"was learned; an atom is found from {FOUND} on. The other columns are of {TEST_ROWS:,} "
        "new examples. A range is that of the seeds.\n"
    )
    yield f"```\nKERAS_BACKEND={known[-1]['backend']} python benchmarks/recovery.py --seeds {seeds}"
    yield "python benchmarks/recovery.py --page > docs/results/dictionaries.md\n```\n"
    yield f"{known[-1]['machine']}\n"
    for (active, noise), of_kinds in sorted(groups.items()):
        told = f"noise of deviation {noise:g} in each dimension" if noise else "no noise"
        yield f"## {active} active, {told}\n"
        yield table([row(kind, of_kinds[kind]) for kind in KINDS if kind in of_kinds])


if args.page:
    print("\n".join(page()).rstrip())
    sys.exit()
if unknown := set(args.kinds or ()) - set(KINDS):
    parser.error(f"Expected names of {', '.join(KINDS)}. Received: {', '.join(unknown)}.")
for case in product(args.seeds, args.kinds or KINDS, ACTIVE, NOISE):
    seed, kind, active, noise = case
    told = {"kind": kind, "active": active, "noise": noise, "seed": seed, "steps": args.steps}
    if any(all(each[key] == told[key] for key in told) for each in read(args.results)):
        continue
    backend = {"backend": keras.backend.backend(), "device": device()}
    backend["machine"] = machine("keras", keras.backend.backend())
    append(args.results, told | measured(kind, active, noise, seed) | backend)
