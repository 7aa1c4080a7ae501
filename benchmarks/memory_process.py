"""Does one thing with images on disk, and tells how much memory it took; `memory.py` starts it."""

import argparse
import threading
import time
from pathlib import Path

import numpy as np
from contenders import INPUT_SHAPE, answer
from trainers.keras_networks import keras_networks

import kerae

SECONDS_BETWEEN_LOOKS = 0.005
BATCH_SIZE = 128
SAMPLES = 2  # of the log-likelihood

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("images", help="NumPy file of binary images, which is mapped")
args = parser.parse_args()


def mebibytes():
    """What the process holds of its own; pages of the mapped file are not counted."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("RssAnon:")[1].split()[0]) / 1024


class Peak(threading.Thread):
    """The most memory since it was started."""

    def __init__(self):
        super().__init__(daemon=True)
        self.most = 0
        self.over = threading.Event()

    def run(self):
        while not self.over.wait(SECONDS_BETWEEN_LOOKS):
            self.most = max(self.most, mebibytes())


encoder, decoder, latent_dim = keras_networks("dense")
model = kerae.VAE(INPUT_SHAPE, latent_dim, encoder=encoder, decoder=decoder)
model.compile("adam")
x = np.load(args.images, mmap_mode="r")
tasks = {
    "fit": lambda x: model.fit(x, batch_size=BATCH_SIZE, verbose=0),
    "encode": model.encode,
    "log_likelihood": lambda x: model.log_likelihood(x, num_samples=SAMPLES),
}


def taken(task, images):
    tasks[task](x[:1000])  # which compiles
    before, peak = mebibytes(), Peak()
    started = time.perf_counter()
    peak.start()
    tasks[task](x[:images])
    seconds = time.perf_counter() - started
    peak.over.set()
    peak.join()
    return {"MiB": max(peak.most, mebibytes()) - before, "seconds": seconds}


answer(taken)
