"""A process that trains a model and measures it when it is told to; `models.py` starts it."""

import argparse
import time
from importlib import import_module

import numpy as np
from contenders import answer

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("trainer", choices=["kerae_models", "pythae_models"])
parser.add_argument("model", help="of trainers.MODELS")
parser.add_argument("images", help="NumPy file of `train` and `test`")
parser.add_argument("--batch-size", type=int, required=True)
args = parser.parse_args()

images = np.load(args.images)
train = import_module(f"trainers.{args.trainer}").Trainer(args.model, args.batch_size)


def answered(epochs=0, codes=0):
    """Trains for `epochs`, or estimates log p(x) by `codes` of each test image."""
    if codes:
        nll = -train.log_likelihood(images["test"], codes).astype("float64")
        return {"nll": nll.mean(), "standard_error": nll.std(ddof=1) / np.sqrt(len(nll))}
    started = time.perf_counter()
    loss = train(images["train"], epochs)
    return {"seconds": time.perf_counter() - started, "loss": loss}


answer(answered)
