"""Runs that tests make."""

import warnings
from contextlib import contextmanager

import keras
import pytest

import kerae
from kerae import run


def train(data, out, epochs=3, latent_dim=2, **options):
    """Trains a small VAE; gives it and the record of the run."""
    kerae.set_random_seed(0)
    model = kerae.VAE(data.input_shape, latent_dim, encoder=keras.layers.Flatten())
    options = {"batch_size": 50} | options
    return model, run.train(model, data, out, epochs=epochs, **options)


@contextmanager
def warns(match):
    """Asks for a warning; what Keras says of NumPy meanwhile is ignored, as elsewhere."""
    with pytest.warns(UserWarning, match=match):
        warnings.simplefilter("ignore", DeprecationWarning)
        yield
