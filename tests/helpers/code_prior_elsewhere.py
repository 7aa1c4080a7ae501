"""Reads a model with a prior over codes, on the backend KERAS_BACKEND, and writes what it says.

python code_prior_elsewhere.py MODEL ANSWERS
"""

import sys

import numpy as np

import kerae

X = np.round(np.random.default_rng(0).random((6, 2, 2, 1), dtype="float32"))


def answers(model):
    return {
        "bound": model.log_likelihood(X, num_samples=1),
        "samples": model.sample(40, y=np.arange(40) % 2, seed=0, prior=model.prior),
    }


if __name__ == "__main__":
    np.savez(sys.argv[2], **answers(kerae.load(sys.argv[1])))
