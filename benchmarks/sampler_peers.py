r"""Priors of kerae, fitted to the codes of a VAE, beside pythae's samplers of the same codes.

    KERAS_BACKEND=torch python benchmarks/sampler_peers.py --data mnist --data-dir folder
    python benchmarks/sampler_peers.py --page > docs/results/sampler_peers.md

Trains one VAE by kerae, and fits both libraries' samplers to its codes: the same numbers of
components, flows, layers and units, epochs and batches, and Adam with a rate that falls along a
cosine. What is measured is appended to a file, which `--page` draws; a pair that is in the file is
left out.
"""

import argparse
import sys
import time
from pathlib import Path

from contenders import add_data_options, add_thread_option, machine, share_machine, table
from records import RESULTS, append, read

LATENT_DIM, SEED, BATCH_SIZE = 16, 0, 256
# By name, what kerae and what pythae is given.
WIDTHS, FLOWS, COMPONENTS = (128, 128, 128), 2, 10
STAGE = (1024, 1024)
PYTHAE = {
    "gmm": {"n_components": COMPONENTS},
    "maf": {"n_made_blocks": FLOWS, "n_hidden_in_made": len(WIDTHS), "hidden_size": WIDTHS[0]},
    "second_stage": {"second_stage_depth": len(STAGE), "second_layers_dim": STAGE[0]},
}

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--samplers", nargs="+", choices=PYTHAE, default=list(PYTHAE))
parser.add_argument("--images", type=int, default=10_000, help="to train on, and to fit to")
parser.add_argument("--samples", type=int, default=5_000, help="and as many test examples")
parser.add_argument("--epochs", type=int, default=20, help="of the model, and of each sampler")
parser.add_argument("--page", action="store_true", help="print what has been measured")
parser.add_argument("--results", type=Path, default=RESULTS / "sampler_peers.jsonl")
add_data_options(parser)
add_thread_option(parser)
args = parser.parse_args()
OPTIONS = "images", "samples", "epochs", "threads"


def page():
    """Markdown of what was measured with the options of the last record."""
    known = read(args.results)
    options = {key: known[-1][key] for key in OPTIONS}
    alike = [each for each in known if options == {key: each[key] for key in OPTIONS}]
    yield "# Fitted priors beside pythae's samplers\n"
    yield "```\nKERAS_BACKEND=torch python benchmarks/sampler_peers.py --data mnist \\"
    yield "    --data-dir folder " + " ".join(f"--{key} {value}" for key, value in options.items())
    yield "python benchmarks/sampler_peers.py --page > docs/results/sampler_peers.md\n```\n"
    yield f"{alike[-1]['machine']} Other jobs ran beside it: seconds are for scale only.\n"
    yield (
        f"The codes of {options['images']:,} images under one VAE of {LATENT_DIM} dimensions; "
        f"{options['epochs']} epochs in batches of {BATCH_SIZE}. {COMPONENTS} components, {FLOWS} "
        f"flows of {len(WIDTHS)} layers of {WIDTHS[0]}, a second stage of {len(STAGE)} layers of "
        f"{STAGE[0]:,}. log p(z) is the mean over codes drawn of test images, and the Fréchet "
        f"distance that of {options['samples']:,} samples to as many test images on features of "
        f"{alike[-1]['features']}.\n"
    )
    shown = "sampler", "library", "log p(z), nats", "Fréchet distance", "s to fit", "s to sample"
    yield table([{key: each[key] for key in shown} for each in alike])


if args.page:
    print("\n".join(page()))
    sys.exit()
share_machine(args.threads)

import keras  # noqa: E402 - the threads are chosen before
import numpy as np  # noqa: E402
from trainers.keras_networks import keras_networks  # noqa: E402
from trainers.pythae_samplers import Sampler  # noqa: E402

import kerae  # noqa: E402
from kerae.flows import Chain, MaskedAutoregressive  # noqa: E402

FIT = {"epochs": args.epochs, "batch_size": BATCH_SIZE, "learning_rate": 1e-3}


class Own:
    """kerae's prior of that name, as `trainers.pythae_samplers.Sampler`."""

    def __init__(self, name, model):
        self.name, self.model, self.prior = name, model, None

    def fit(self, x):
        flows = [MaskedAutoregressive(LATENT_DIM, WIDTHS, reverse=n % 2 == 1) for n in range(FLOWS)]
        options = {
            "gmm": {"num_components": COMPONENTS},
            "maf": {"flow": Chain(flows), **FIT},
            "second_stage": {"widths": STAGE, **FIT},
        }[self.name]
        self.prior = kerae.priors.fitted(self.name, self.model, x, seed=SEED, **options)

    def sample(self, count):
        return self.model.sample(count, seed=SEED, prior=self.prior)

    def log_density(self, z):
        if self.name == "second_stage":
            return np.nan
        return keras.ops.convert_to_numpy(self.prior.log_prob(z))


def trained(x):
    kerae.set_random_seed(SEED)
    encoder, decoder, _ = keras_networks("dense")
    model = kerae.VAE(x.shape[1:], LATENT_DIM, encoder=encoder, decoder=decoder)
    model.compile("adam")
    model.fit(x, batch_size=BATCH_SIZE, epochs=args.epochs, verbose=0)
    return model


def measure(name, library, sampler):
    started = time.perf_counter()
    sampler.fit(x)
    fitted = time.perf_counter()
    made = sampler.sample(len(real))
    sampled = time.perf_counter()
    density = sampler.log_density(z)  # NaN where it has no closed form
    distance = kerae.metrics.frechet_distance(*(of_features(each) for each in (real, made)))
    return {
        "sampler": name,
        "library": library,
        "machine": machine("keras", "torch", "pythae"),
        **{key: getattr(args, key) for key in OPTIONS},
        "features": features.name,
        "log p(z), nats": float(np.mean(density, dtype="float64")),
        "Fréchet distance": float(distance),
        "s to fit": fitted - started,
        "s to sample": sampled - fitted,
    }


def of_features(images):
    return keras.ops.convert_to_numpy(features(images))


data = kerae.data.load(args.data or "mnist", args.data_dir)
features = kerae.analysis.classifier_features(data)
x, real = data.x_train[: args.images], data.x_test[: args.samples]
model = trained(x)
posterior = model.latent(model.encoder(real))
mean, log_variance = (keras.ops.convert_to_numpy(posterior[key]) for key in posterior)
noise = np.random.default_rng(SEED).normal(size=mean.shape)
z = (mean + np.exp(0.5 * log_variance) * noise).astype("float32")
done = {(each["sampler"], each["library"]) for each in read(args.results)}
for name in args.samplers:
    contenders = {"kerae": Own(name, model), "pythae": Sampler(name, model, PYTHAE[name], FIT)}
    for library, sampler in contenders.items():
        if (name, library) in done:
            print(f"{name} of {library} is in {args.results}; take its line out to measure again.")
        else:
            append(args.results, measure(name, library, sampler))
