"""Four latent spaces of MNIST beside each other, on one page, for the 10,000 test images.

    KERAS_BACKEND=jax python recipes/analyze_mnist.py
    KERAS_BACKEND=jax python recipes/analyze_mnist.py --all-images

Trains what is not there yet, on 55,000 images; 5,000 are held out to choose the epoch. The second
command writes the report of the VAE with 16 latent dimensions on all 70,000 images.
"""

import argparse
import resource
import time
from pathlib import Path

import numpy as np

import kerae
from kerae import analysis, networks
from kerae.files import replacing

SHAPE = (28, 28, 1)
WIDTHS = (512, 256)  # units of the dense layers between images and codes
BETA = 4.0  # weight of the KL of the BetaVAE
EPOCHS = 20
BATCH_SIZE = 128
LEARNING_RATE = 1e-3  # of Adam, the largest; see kerae.train
VALIDATION = 1 / 12  # of the training images are held out: 5,000 of MNIST
SEED = 0
SCORES = {
    "knn_accuracy": "10-NN accuracy",
    "linear_probe_accuracy": "linear probe",
    "cluster_accuracy": "k-means accuracy",
    "adjusted_rand": "ARI",
    "silhouette": "silhouette",
    "trustworthiness": "trustworthiness of the map",
    "neighborhood_auc": "R_NX AUC of the map",
    "active_units": "active units",
    "kl": "KL, nats",
    "mmd": "MMD to the prior",
    "reconstruction_error": "squared error per pixel",
}

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--data", default="mnist", help="name or path for kerae.data.load")
parser.add_argument("--data-dir", help="folder of TensorFlow Datasets or of the IDX files")
parser.add_argument("--epochs", type=int, default=EPOCHS)
parser.add_argument("--out", default="saved_models/analyze_mnist")
parser.add_argument("--all-images", action="store_true", help="report on training images too")
parser.add_argument("--strategy", default="none", choices=kerae.distribution.STRATEGIES)
parser.add_argument("--devices", type=int, help="how many to use; see docs/distributed.md")
args = parser.parse_args()
out = Path(args.out)


def dense(latent_dim):
    """Encoder and decoder of two hidden layers each."""
    return {
        "encoder": networks.dense_encoder(SHAPE, WIDTHS),
        "decoder": networks.dense_decoder((latent_dim,), SHAPE, WIDTHS[::-1]),
    }


MODELS = {
    "AE, 16": lambda: kerae.AE(SHAPE, 16, **dense(16)),
    "VAE, 2": lambda: kerae.VAE(SHAPE, 2, **dense(2)),
    "VAE, 16": lambda: kerae.VAE(SHAPE, 16, **dense(16)),
    "BetaVAE, 16": lambda: kerae.BetaVAE(SHAPE, 16, beta=BETA, **dense(16)),
}


def trained(name):
    folder = out / name.lower().replace(", ", "_")
    if not (folder / "model.keras").exists():
        kerae.set_random_seed(SEED)
        kerae.train(
            MODELS[name]().start_at_mean(data.x_train),
            data,
            folder,
            epochs=args.epochs,
            batch_size=BATCH_SIZE,
            learning_rate=LEARNING_RATE,
            validation=VALIDATION,
            seed=SEED,
            overwrite=True,
            source={"name": args.data, "data_dir": args.data_dir},
        )
    return kerae.load(folder / "model.keras")


with kerae.distribution.strategy(args.strategy, args.devices):
    data = kerae.data.load(args.data, args.data_dir)
    if args.all_images:
        model = trained("VAE, 16")
        x, labels = (
            np.concatenate([getattr(data, f"{part}_{split}") for split in ("train", "test")])
            for part in ("x", "y")
        )
        started = time.perf_counter()
        report = analysis.report(model, x, labels, out / "all_images.html", seed=SEED)
        print(report.seconds)
    else:
        models = {name: trained(name) for name in MODELS}
        started = time.perf_counter()
        scores = analysis.compare(
            models, data.x_test, data.y_test, out / "comparison.html", seed=SEED
        )
        table = [f"| model | {' | '.join(SCORES.values())} |", "|---" * (len(SCORES) + 1) + "|"]
        for name, row in scores.iterrows():
            values = ["-" if np.isnan(row[score]) else f"{row[score]:.4g}" for score in SCORES]
            table.append(f"| {name} | {' | '.join(values)} |")
        with replacing(out / "table.md") as partial:
            partial.write_text("\n".join(table) + "\n")
        print("\n".join(table))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"{time.perf_counter() - started:.0f} seconds, at most {memory:.1f} GiB of memory")
