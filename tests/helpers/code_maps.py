"""Small maps of codes, and priors over them whose weights are known to matter."""

import itertools

import keras
import numpy as np

import kerae
from kerae.priors import UniformCodes

PLACES, CODES = (2, 2), 3
EVERY = np.array(list(itertools.product(range(CODES), repeat=4)), "int32").reshape(-1, *PLACES)


def in_model(prior=None, places=PLACES, num_codes=CODES):
    """A model with a code at each pixel, whose prior it is."""
    networks = {"encoder": keras.layers.Identity(), "decoder": keras.layers.Dense(1)}
    return kerae.VQVAE(
        (*places, 1), num_codes, code_dim=2, prior=prior or UniformCodes(), **networks
    )


def with_weights(prior, seed=0, scale=1.2, **arguments):
    """The prior, in a model, with weights so large that each code says much of the others."""
    in_model(prior, **arguments)
    return weighted(prior, seed, scale)


def weighted(prior, seed=0, scale=1.2):
    """The prior of a model with such weights."""
    generator = np.random.default_rng(seed)
    for variable in prior.network.weights:
        if len(variable.shape) == 1:  # biases from 0 on, factors from 1 on
            variable.assign(variable + generator.normal(0, 0.3, variable.shape))
        else:
            deviation = scale * np.prod(variable.shape[:-1]) ** -0.5
            variable.assign(generator.normal(0, deviation, variable.shape))
    return prior
