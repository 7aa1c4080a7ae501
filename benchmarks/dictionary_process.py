"""A process that trains a dictionary when it is told to; `dictionaries.py` starts it."""

import argparse
import time
from functools import cache
from importlib import import_module

import numpy as np
from contenders import answer, device, peak_mb

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("trainer", help="module of trainers/, without sparse_")
parser.add_argument("kind", choices=["topk", "batchtopk", "relu"])
parser.add_argument("examples", help="NumPy file of `train` and `held_out`")
parser.add_argument("--latent-dim", type=int, required=True)
parser.add_argument("--k", type=int, required=True)
parser.add_argument("--rate", type=float, required=True)
parser.add_argument("--sparsity", type=float, required=True)
parser.add_argument("--batch-size", type=int, required=True)
parser.add_argument("--steps", type=int, required=True, help="all that will be trained")
args = parser.parse_args()

examples = np.load(args.examples)
train, held_out = examples["train"], examples["held_out"]
done = 0


@cache
def made():
    """The trainer, imported where what a library prints is no answer."""
    return import_module(f"trainers.sparse_{args.trainer}").Trainer(
        args.kind,
        train.shape[1],
        args.latent_dim,
        args.k,
        args.rate,
        args.sparsity,
        args.batch_size,
        args.steps,
    )


def trained(steps):
    """The next steps, which go round in the examples."""
    global done
    size = args.batch_size
    trainer = made()
    x = train[np.arange(done * size, (done + steps) * size) % len(train)]
    done += steps
    wall, cpu = time.perf_counter(), time.process_time()
    trainer.train(x)
    return {
        "seconds": time.perf_counter() - wall,
        "cpu_seconds": time.process_time() - cpu,
        "peak_mb": peak_mb(),
        "device": device(),
    }


def measured():
    trainer = made()
    if not hasattr(trainer, "codes"):
        return {"unexplained": np.nan, "l0": np.nan}
    error = held_out - trainer.reconstruct(held_out)
    total = held_out - held_out.mean(axis=0)
    return {
        "unexplained": float(np.sum(error**2, dtype="float64") / np.sum(total**2, dtype="float64")),
        "l0": float(np.mean(np.count_nonzero(trainer.codes(held_out), axis=1))),
    }


def answered(steps=0):
    return trained(steps) if steps else measured()


answer(answered)
