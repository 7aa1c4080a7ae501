"""A process that trains a model and measures it when it is told to.

`models.py` and `vq_models.py` start it.
"""

import argparse
import math
import sys
import time
from importlib import import_module

import numpy as np
from contenders import answer

import kerae

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("trainer", help="module of trainers/")
parser.add_argument("model", help="as the trainer names it")
parser.add_argument("images", help="NumPy file of `train` and `test`")
parser.add_argument("--batch-size", type=int, required=True)
parser.add_argument("--seed", type=int, default=0)
args = parser.parse_args()

kerae.set_random_seed(args.seed)
images = np.load(args.images)
train = import_module(f"trainers.{args.trainer}").trainer(args.model, args.batch_size)


def answered(epochs=0, codes=0):
    """Trains for `epochs`, or else measures the model; of what diverged, NaN."""
    started = time.perf_counter()
    try:
        if not epochs:
            return measured(codes)
        train(images["train"], epochs)
        return {"seconds": time.perf_counter() - started}
    except (ArithmeticError, RuntimeError, ValueError) as error:
        print(f"{args.trainer}, {args.model}: {error}", file=sys.stderr)
        return dict.fromkeys(("nll", "standard_error", "seconds"), math.nan)


def measured(codes):
    """- log p(x), estimated by so many codes an image; or what a code of finitely many keeps."""
    if not codes:
        return kept(*train.decoded(images["test"]), images["test"])
    nll = -train.log_likelihood(images["test"], codes).astype("float64")
    return {"nll": nll.mean(), "standard_error": nll.std(ddof=1) / np.sqrt(len(nll))}


def kept(logits, indices, x):
    """Of pixels in [0, 1] and what their codes become."""
    logits = logits.reshape(x.shape).astype("float64")
    nats = np.logaddexp(0, logits) - x * logits
    return {
        "nats": nats.sum(axis=(1, 2, 3)).mean(),
        "squared_error": np.square(1 / (1 + np.exp(-logits)) - x).mean(),
        "used_codes": len(np.unique(indices)),
    }


answer(answered)
