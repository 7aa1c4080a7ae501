"""Noise that a test knows."""

import numpy as np
from keras import ops


class GivenNoise:
    """Gives the array it was made of, `(batch, num_samples, latent_dim)`, at every draw."""

    def __init__(self, epsilon):
        self.epsilon = np.asarray(epsilon, "float32")

    def normal(self, shape):
        assert tuple(shape) == self.epsilon.shape[1:]
        return ops.convert_to_tensor(self.epsilon)


def give_noise(monkeypatch, model, epsilon):
    """Makes the training and evaluation of a model draw `epsilon`."""
    monkeypatch.setattr(model, "noise", lambda x, training: GivenNoise(epsilon))
