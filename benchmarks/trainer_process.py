"""A process that trains when it is told to; `training.py` and `overhead.py` start it."""

import argparse
import time
from importlib import import_module

import numpy as np
from contenders import answer, device, since_start

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("trainer", help="module of trainers/")
parser.add_argument("network", help="of trainers.NETWORKS")
parser.add_argument("images", help="NumPy file")
parser.add_argument("--batch-size", type=int, required=True)
parser.add_argument("--steps-per-execution", help="an integer, `epoch` or `auto`")
parser.add_argument("--policy", help="of Keras, for its layers and kerae's")
args = parser.parse_args()

if args.policy:
    import keras

    keras.config.set_dtype_policy(args.policy)
x = np.load(args.images)
module = import_module(f"trainers.{args.trainer}")
steps = args.steps_per_execution
steps = int(steps) if steps and steps.isdigit() else steps
train = module.trainer(args.network, args.batch_size, steps)


def trained(images, epochs):
    started = time.perf_counter()
    loss = train(x[:images], epochs)
    seconds = time.perf_counter() - started
    return {
        "seconds": seconds,
        "loss": loss,
        "since_start": since_start(),
        "device": device(),
    }


answer(trained)
