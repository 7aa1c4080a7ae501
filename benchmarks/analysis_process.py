"""A latent space that is looked into, one function after another; `analysis.py` starts it."""

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
from contenders import INPUT_SHAPE, answer
from trainers.keras_networks import keras_networks

import kerae
from kerae import analysis

EPOCHS = 3
MOST_IMAGES = 60_000  # to train on
WARM_UP = 500  # rows; UMAP compiles for some 20 seconds, once a process

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("arrays", help="NumPy file of `x` and `y`")
args = parser.parse_args()

kerae.set_random_seed(0)
arrays = np.load(args.arrays)
x, y = arrays["x"], arrays["y"]
encoder, decoder, latent_dim = keras_networks("dense")
model = kerae.VAE(INPUT_SHAPE, latent_dim, encoder=encoder, decoder=decoder)
model.compile("adam")
model.fit(x[:MOST_IMAGES], batch_size=128, epochs=EPOCHS, verbose=0)
z = model.encode(x)


def project(rows, method):
    analysis.project(z[rows], method)


def cluster(rows, method, **arguments):
    analysis.cluster(z[rows], method, **arguments)


def score(rows):
    # Any clusters and any map take as long to score.
    analysis.score(z[rows], y[rows], clusters=y[rows], embedding=z[rows, :2], x=x[rows])


def report(rows):
    with tempfile.TemporaryDirectory() as folder:
        analysis.report(model, x[rows], y[rows], Path(folder, "report.html"))


functions = {"project": project, "cluster": cluster, "score": score, "report": report}


def taken(function, count, **arguments):
    functions[function](slice(0, min(WARM_UP, count)), **arguments)
    started = time.perf_counter()
    functions[function](slice(0, count), **arguments)
    return {"seconds": time.perf_counter() - started}


answer(taken)
