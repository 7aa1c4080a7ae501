"""A process that trains a VAE epoch by epoch, and tells its negative ELBO of held-out images.

`time_to_quality.py` starts it.
"""

import argparse
import time
from importlib import import_module

import numpy as np
from contenders import answer, since_start

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("trainer", help="module of trainers/")
parser.add_argument("network", help="as the trainer names it")
parser.add_argument("images", help="NumPy file of `train` and `test`")
parser.add_argument("--seed", type=int, required=True)
parser.add_argument("--epochs", type=int, required=True, help="where a schedule has an end")
args = parser.parse_args()

images = np.load(args.images)
train, test = images["train"], images["test"]
trainer = import_module(f"trainers.{args.trainer}").trainer(
    args.network, train, args.epochs, args.seed
)
seconds_to_start, seconds, epoch = since_start(), 0.0, 0


def answered(epochs):
    global seconds, epoch
    started = time.perf_counter()
    for _ in range(epochs):
        trainer.train(epoch)
        epoch += 1
    seconds += time.perf_counter() - started
    return {
        "seconds_to_start": seconds_to_start,
        "seconds": seconds,
        "negative_elbo": float(trainer.negative_elbo(test)),
        "is_over": epoch == trainer.epochs,
    }


answer(answered)
