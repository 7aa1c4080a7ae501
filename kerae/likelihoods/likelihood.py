"""What an autoencoder asks of the density of its data."""

import math

import keras
import numpy as np
from keras import ops
from scipy import special

from ..part import Part


class Likelihood(Part):
    """A density p(x|z) whose parameters the decoder gives.

    Subclasses define `elementwise_log_prob` and `mean`, and where they differ from the default
    `parameter_shape` and the checks.
    """

    def parameter_shape(self, data_shape):
        """The shape that the decoder has to give for one example of shape `data_shape`."""
        return tuple(data_shape)

    def elementwise_log_prob(self, x, parameters):
        """log p of each element of `x` (pixel, channel) in nats, in the shape of `x`."""
        raise NotImplementedError

    def log_prob(self, x, parameters):
        """log p(x|z) in nats per example, summed over all elements, of shape `(batch,)`."""
        x, parameters = (ops.cast(value, self.compute_dtype) for value in (x, parameters))
        elementwise = self.elementwise_log_prob(x, parameters)
        return ops.sum(ops.reshape(elementwise, (-1, math.prod(elementwise.shape[1:]))), axis=1)

    def mean(self, parameters):
        """The mean of p(x|z), in data space."""
        raise NotImplementedError

    def parameters_of(self, mean):
        """Parameters, a NumPy array, of a density whose mean is about the array `mean`."""
        raise NotImplementedError

    def check(self, x):
        """Raises a `ValueError` if the NumPy array `x` lies outside of the support."""

    def check_density(self, x):
        """Raises a `ValueError` if p is no density for values like those of `x`."""

    def check_decoder(self, decoder):
        """Raises a `ValueError` if the decoder's output cannot be meant as the parameters."""


def logit(mean):
    """log(p / (1 - p)) of means p in [0, 1], of which those near an end count as 0.001 from it."""
    return special.logit(np.clip(mean, 0.001, 0.999))


def check_unit_interval(likelihood, x):
    """Raises a `ValueError` unless all values of `x` are in [0, 1]."""
    low, high = x.min(), x.max()
    if low < 0 or high > 1:
        raise ValueError(
            f"{type(likelihood).__name__} takes values in [0, 1]. Received: values from {low:.6g} "
            f"to {high:.6g}. Scale the data (for 8-bit images `x / 255`), or use a likelihood "
            'for real numbers such as likelihood="normal".'
        )


def check_gives_logits(likelihood, decoder):
    """Raises a `ValueError` if a network ends in a sigmoid, which would be applied twice."""
    *_, last = (
        layer
        for layer in getattr(decoder, "layers", [decoder])
        if not isinstance(layer, keras.layers.Reshape)
    )
    if getattr(last, "activation", None) is keras.activations.sigmoid:
        raise ValueError(
            f"{type(likelihood).__name__} takes logits. Received: a decoder that ends in a "
            f"sigmoid, in its layer {last.name!r}. Remove that activation."
        )
