"""A prior of one's own, as a user would write one."""

import math

import keras
from keras import ops

import kerae


@keras.saving.register_keras_serializable("tests")
class ShiftedNormal(kerae.priors.Prior):
    """p(z) = N(z; mean, scale^2 I)."""

    def __init__(self, mean, scale=1.0, **kwargs):
        super().__init__(**kwargs)
        self.mean = mean
        self.scale = scale

    def log_prob(self, z):
        squared = ops.square((z - self.mean) / self.scale)
        constant = math.log(2 * math.pi * self.scale**2)
        return -0.5 * ops.sum(squared + constant, axis=-1)

    def sample(self, noise, labels=None):
        return self.mean + self.scale * noise.normal(self.event_shape)
