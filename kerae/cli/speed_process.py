"""A process that trains a model for a moment whenever a line comes in; `speed.py` starts it.

    python -m kerae.cli.speed_process VAE input_shape

It prints 0 when it is ready, then examples a second, a line for each line.
"""

import inspect
import os
import sys
import time

import keras
import numpy as np

from .. import models

SECONDS = 1.0
EXAMPLES, BATCH_SIZE = 1024, 128
CLASSES = 10
SIZES = {"input_shape": ((28, 28, 1), 16), "input_dim": (512, 4096)}  # and of the codes


def made(class_name, shape_argument):
    """A model with its defaults, and examples for it."""
    model = getattr(models, class_name)
    shape, latent_dim = SIZES[shape_argument]
    given = {shape_argument: shape}
    parameters = inspect.signature(model.__init__).parameters
    if "latent_dim" in parameters and parameters["latent_dim"].default is inspect.Parameter.empty:
        given["latent_dim"] = latent_dim
    if "condition_shape" in model.argument_names():
        given["num_classes"] = CLASSES
    built = model(**given)
    generator = np.random.default_rng(0)
    x = generator.random((EXAMPLES, *built.input_shape), dtype="float32")
    y = generator.integers(CLASSES, size=EXAMPLES)
    return built, (x, y) if "num_classes" in given else (x,)


def main(class_name, shape_argument):
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print
    model, examples = made(class_name, shape_argument)
    model.compile(keras.optimizers.Adam(1e-3))

    def train():
        model.fit(*examples, batch_size=BATCH_SIZE, verbose=0)

    train()
    print(0, file=answers, flush=True)
    for _ in sys.stdin:
        started, trained = time.perf_counter(), 0
        while (seconds := time.perf_counter() - started) < SECONDS:
            train()
            trained += EXAMPLES
        print(trained / seconds, file=answers, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
