"""A process that trains a model and measures it when it is told to; `models.py` starts it."""

import argparse
import math
import sys
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
train = import_module(f"trainers.{args.trainer}").trainer(args.model, args.batch_size)


def answered(epochs=0, codes=0):
    """Trains for `epochs`, or estimates log p(x) by `codes` an image; of what diverged, NaN."""
    started = time.perf_counter()
    try:
        if codes:
            nll = -train.log_likelihood(images["test"], codes).astype("float64")
            return {"nll": nll.mean(), "standard_error": nll.std(ddof=1) / np.sqrt(len(nll))}
        train(images["train"], epochs)
        return {"seconds": time.perf_counter() - started}
    except (ArithmeticError, RuntimeError, ValueError) as error:
        print(f"{args.trainer}, {args.model}: {error}", file=sys.stderr)
        return dict.fromkeys(("nll", "standard_error", "seconds"), math.nan)


answer(answered)
