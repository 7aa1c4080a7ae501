"""Do models that are made to disentangle do so, on shapes of which it is known what varies?

    KERAS_BACKEND=jax python recipes/disentangle_shapes.py --page docs/results/disentanglement.md

Trains each model with each seed at the same budget and measures every score of disentanglement on
all 11,520 images. A run is appended to `runs.jsonl` in `--out`, and is not made again. Then a page
is written: means and intervals over seeds, and which orderings of the literature show.
"""

import argparse
import itertools
import json
import time
from pathlib import Path

import keras
import numpy as np
from rich.progress import Progress
from scipy import stats

import kerae
from kerae import analysis, data, figures, latent_space
from kerae.files import replacing

SEEDS = 5
STEPS = 2_000
BATCH_SIZE = 64
WIDTHS = (256, 256)  # units of the encoder's layers; the decoder mirrors them
LEARNING_RATE = 1e-3  # of Adam
LATENT_DIM = 10
LEVEL = 0.95  # of the intervals, from Student's t
MODELS = {
    "VAE": (kerae.VAE, {}),
    "beta-VAE": (kerae.BetaVAE, {"beta": 4.0}),
    "FactorVAE": (kerae.FactorVAE, {"gamma": 10.0}),
    "beta-TCVAE": (kerae.BetaTCVAE, {"beta": 6.0}),
    "DIP-VAE": (kerae.DIPVAE, {"off_diagonal": 10.0}),
}
MEASURED = (
    "reconstruction",
    "kl",
    "index_code_mutual_information",
    "total_correlation",
    "dimension_wise_kl",
    "active_units",
)
# Score, model that has more of it, and less, and who says so.
CLAIMS = [
    ("beta_vae_score", "beta-VAE", "VAE", "Higgins et al., 2017"),
    ("factor_vae_score", "FactorVAE", "beta-VAE", "Kim and Mnih, 2018"),
    ("mutual_information_gap", "beta-TCVAE", "beta-VAE", "Chen et al., 2018"),
    ("sap_score", "DIP-VAE", "beta-VAE", "Kumar et al., 2018"),
    ("mutual_information_gap", "beta-VAE", "VAE", "Chen et al., 2018"),
]


def train(name, seed):
    kerae.set_random_seed(seed)
    kind, arguments = MODELS[name]
    shape = shapes.input_shape
    model = kind(
        shape,
        LATENT_DIM,
        encoder=kerae.networks.dense_encoder(shape, WIDTHS),
        decoder=kerae.networks.dense_decoder((LATENT_DIM,), shape, WIDTHS[::-1]),
        **arguments,
    )
    model.start_at_mean(shapes.x_train)
    model.compile(keras.optimizers.Adam(LEARNING_RATE))
    epochs = max(1, round(args.steps * BATCH_SIZE / len(shapes.x_train)))
    model.fit(shapes.x_train, epochs=epochs, batch_size=BATCH_SIZE, verbose=0)
    return model


def measure(model):
    examined = analysis.examine(model, np.concatenate([shapes.x_train, shapes.x_test]))
    factors = np.concatenate([shapes.factors_train, shapes.factors_test])
    scores = analysis.score(examined.z, examination=examined, factors=factors)
    return {name: scores[name] for name in (*MEASURED, *OF_FACTORS) if name in scores}


def draw(model, name):
    """What each dimension does to one image, those that tell most first."""
    examined = analysis.examine(model, shapes.x_test)
    dims = np.argsort(-examined.kl.mean(axis=0))
    images = latent_space.traverse(model, examined.z[0], dims, (-2.0, 2.0), steps=9)
    with replacing(out / f"{name}.png") as partial:
        figures.traversals(images, dims).savefig(partial, format="png")


def runs():
    """What was measured at this budget: a dict from pairs of model and seed."""
    path = out / "runs.jsonl"
    lines = path.read_text().splitlines() if path.exists() else []
    records = [json.loads(line) for line in lines]
    return {(r["model"], r["seed"]): r for r in records if r["steps"] == args.steps}


def interval(values):
    """Mean and half the width of its interval."""
    mean, count = np.mean(values), len(values)
    return mean, stats.t.ppf((1 + LEVEL) / 2, count - 1) * np.std(values, ddof=1) / np.sqrt(count)


def table(found, names):
    rows = [f"| | {' | '.join(MODELS)} |", "|---" * (len(MODELS) + 1) + "|"]
    for name in names:
        cells = []
        for model in MODELS:
            values = [found[model, seed]["scores"].get(name, np.nan) for seed in range(args.seeds)]
            mean, half = interval(values)
            cells.append(f"{mean:.4g} ± {half:.2g}")
        title = glossary[name].title.replace("|", r"\|")
        rows.append(f"| {title} | {' | '.join(cells)} |")
    return rows


def verdicts(found):
    """Of each claim whether the difference, with the same seeds, is beyond chance."""
    for score, more, less, source in CLAIMS:
        pairs = (
            [found[m, seed]["scores"][score] for m in (more, less)] for seed in range(args.seeds)
        )
        mean, half = interval([a - b for a, b in pairs])
        said = "shows" if mean - half > 0 else "does not show"
        if mean + half < 0:
            said = "does not show: it is the other way round"
        title = glossary[score].title
        yield f"- {more} above {less} in {title} ({source}): {mean:+.3f} ± {half:.2g}, **{said}**."


def spread(found):
    """How much of the variance of a score between runs is between models."""
    for name in OF_FACTORS:
        values = [[found[m, s]["scores"][name] for s in range(args.seeds)] for m in MODELS]
        between, within = np.var(np.mean(values, axis=1)), np.mean(np.var(values, axis=1))
        share = between / max(between + within, 1e-12)
        yield f"| {glossary[name].title} | {share:.0%} |"


def page(found):
    seconds = sum(record["cpu_seconds"] for record in found.values())
    first = next(iter(found.values()))
    return "\n".join(
        [
            "# Disentanglement on shapes",
            "",
            "```",
            f"KERAS_BACKEND={first['backend']} python recipes/disentangle_shapes.py "
            f"--seeds {args.seeds} --steps {args.steps}",
            "```",
            "",
            f"{len(found)} runs in {seconds / 60:.0f} CPU minutes; Keras {first['keras']}. Each is",
            f"{args.steps:,} steps of {BATCH_SIZE} images of `kerae.data.shapes()` with Adam at "
            f"{LEARNING_RATE}, {LATENT_DIM} latent",
            f"dimensions, dense networks of {' and '.join(map(str, WIDTHS))} units and a Bernoulli "
            "likelihood; scores",
            "are of the codes of all 11,520 images. Locatello et al. train for 300,000 steps, on",
            "images of four times as many pixels, beside which a weight of the KL is four times",
            "as light: weights here are the papers', and weigh more.",
            "",
            f"Means over seeds, and half the width of {LEVEL:.0%} intervals of them (Student's t).",
            "",
            *table(found, MEASURED),
            "",
            *table(found, OF_FACTORS),
            "",
            "## Orderings of the literature",
            "",
            "Differences between runs of the same seed, and half the width of their intervals:",
            "",
            *verdicts(found),
            "",
            "Locatello et al., 2019 (https://arxiv.org/abs/1811.12359) find that the seed matters",
            "as much as the model. The part of the variance between runs that is between models:",
            "",
            "| score | between models |",
            "|---|---|",
            *spread(found),
            "",
            "What each score says, and does not, is in `kerae.analysis.glossary`. Squares and",
            "ellipses look the same after a part of a turn, so that no code tells all of their",
            "rotation, and scores that are means over factors stay below their best.",
            "",
        ]
    )


parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--seeds", type=int, default=SEEDS, help="how many, 2 or more")
parser.add_argument("--steps", type=int, default=STEPS, help="of training")
parser.add_argument("--out", default="saved_models/disentangle_shapes")
parser.add_argument("--page", help="file; by default disentanglement.md in --out")
args = parser.parse_args()
if args.seeds < 2:
    parser.error("an interval needs two seeds or more")
out = Path(args.out)
out.mkdir(parents=True, exist_ok=True)
shapes = data.shapes()
glossary = analysis.glossary()
OF_FACTORS = [name for name, entry in glossary.items() if entry.group == "factors"]

wanted = list(itertools.product(MODELS, range(args.seeds)))
with Progress() as progress:
    for name, seed in progress.track(wanted, description="runs"):
        if (name, seed) in runs():
            continue
        started = time.process_time()
        model = train(name, seed)
        record = {"model": name, "seed": seed, "steps": args.steps, "scores": measure(model)}
        record["cpu_seconds"] = round(time.process_time() - started, 1)
        record |= {"backend": keras.backend.backend(), "keras": keras.__version__}
        with (out / "runs.jsonl").open("a") as file:
            file.write(json.dumps(record) + "\n")
        if seed == 0:
            draw(model, name)

path = Path(args.page or out / "disentanglement.md")
text = page({pair: runs()[pair] for pair in wanted})
with replacing(path) as partial:
    partial.write_text(text)
print(text)
