"""Clusters of MNIST without labels: k-means on an autoencoder's codes, then DEC and IDEC.

    KERAS_BACKEND=jax python recipes/deep_clustering_mnist.py

Trains the paper's network, 500-500-2000-10, for 15 epochs rather than with its long pre-training,
refines the clusters of its codes, and prints how well clusters fit the digits, which no step has
seen. The clusters of the test images are those of the nearest center.
"""

import argparse
import time

import keras
import numpy as np

import kerae
from kerae import analysis
from kerae.metrics import cluster_accuracy

WIDTHS = (500, 500, 2000)  # units of the encoder's layers; the decoder mirrors them
LATENT_DIM = 10
EPOCHS = 15  # of the autoencoder
REFINING_EPOCHS = 8  # at most, for the clusters
BATCH_SIZE = 256
LEARNING_RATE = 1e-3  # of Adam, at the start; falls to 0 along a cosine
REFINING_RATE = 1e-4  # of Adam, for the clusters
SEED = 0

rows = []


def add(name, model, clustering, started):
    rows.append(
        {
            "clusters": name,
            "train": cluster_accuracy(data.y_train, clustering.labels),
            "test": cluster_accuracy(data.y_test, clustering.assign(model.encode(data.x_test))),
            "squared error": np.square(model.reconstruct(data.x_test) - data.x_test).mean(),
            "seconds": time.perf_counter() - started,
        }
    )


parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--data", default="mnist", help="name or path for kerae.data.load")
parser.add_argument("--data-dir", help="folder of TensorFlow Datasets")
parser.add_argument("--epochs", type=int, default=EPOCHS)
parser.add_argument("--strategy", default="none", choices=kerae.distribution.STRATEGIES)
parser.add_argument("--devices", type=int, help="how many to use; see docs/distributed.md")
args = parser.parse_args()

with kerae.distribution.strategy(args.strategy, args.devices):
    data = kerae.data.load(args.data, args.data_dir)
    kerae.set_random_seed(SEED)
    model = kerae.AE(
        data.input_shape,
        LATENT_DIM,
        likelihood="normal",
        encoder=kerae.networks.dense_encoder(data.input_shape, WIDTHS, "relu"),
        decoder=kerae.networks.dense_decoder((LATENT_DIM,), data.input_shape, WIDTHS[::-1], "relu"),
    )
    steps = args.epochs * len(data.x_train) // BATCH_SIZE
    model.compile(
        keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(LEARNING_RATE, steps))
    )

    started = time.perf_counter()
    model.fit(data.x_train, epochs=args.epochs, batch_size=BATCH_SIZE, verbose=2)
    z = model.encode(data.x_train)
    clustering = analysis.cluster(z, n_clusters=len(data.class_names), seed=SEED)
    add("k-means", model, clustering, started)
    for method in ("dec", "idec"):
        started = time.perf_counter()
        refined = analysis.refine_clusters(
            model,
            data.x_train,
            clustering,
            method,
            epochs=REFINING_EPOCHS,
            batch_size=BATCH_SIZE,
            learning_rate=REFINING_RATE,
            seed=SEED,
            verbose=2,
        )
        add(method.upper(), refined.model, refined.clustering, started)

    print(f"\n{'clusters':10}{'accuracy':>10}{'of test':>10}{'squared error':>16}{'seconds':>10}")
    for row in rows:
        print(
            f"{row['clusters']:10}{row['train']:>10.1%}{row['test']:>10.1%}"
            f"{row['squared error']:>16.4f}{row['seconds']:>10.0f}"
        )
