import math
from typing import Any

import keras
import numpy as np
from keras import ops

from ..checks.types import Tensor
from .unit_interval import UnitInterval


@keras.saving.register_keras_serializable("kerae.likelihoods")
class ContinuousBernoulli(UnitInterval):
    """Gray values in [0, 1]; the decoder gives logits l.

        log p(x|z) = sum over pixels of  x * l - log(1 + exp(l)) + log C(l)        nats
        C(l) = l / tanh(l / 2),  C(0) = 2

    Its mean differs from sigmoid(l):  1 / (1 - exp(-l)) - 1 / l.

    Example:

    >>> x, logits = np.full((1, 2), 0.3, "float32"), np.zeros((1, 2), "float32")
    >>> round(abs(float(kerae.likelihoods.ContinuousBernoulli().log_prob(x, logits)[0])), 6)
    0.0

    Reference:
        Loaiza-Ganem and Cunningham, 2019, https://arxiv.org/abs/1907.06845
    """

    def elementwise_log_prob(self, x: Tensor, parameters: Tensor):
        return x * parameters - ops.softplus(parameters) + _log_normalizer(parameters)

    def mean(self, parameters: Tensor) -> Tensor:
        is_small, small, large = _split(parameters)
        series = 0.5 + small / 12 - small**3 / 720
        return ops.where(is_small, series, 0.5 + 0.5 / ops.tanh(large / 2) - 1 / large)

    def parameters_of(self, mean: Tensor) -> Any:
        """The logits of means, of which those near an end count as 0.001 from it."""
        logits = np.sinh(np.linspace(-7.7, 7.7, 4001))  # to where the mean is 0.0009
        means = ops.convert_to_numpy(self.mean(logits.astype("float32")))
        return np.interp(np.clip(mean, 0.001, 0.999), means, logits)


def _split(logits):
    """Where a power series is exact to float precision, the logits there, and those elsewhere."""
    is_small = ops.abs(logits) < 0.3
    return is_small, ops.where(is_small, logits, 0.0), ops.where(is_small, 1.0, logits)


def _log_normalizer(logits):
    is_small, small, large = _split(logits)
    series = math.log(2) + small**2 / 12 - 7 * small**4 / 1440 + 31 * small**6 / 90720
    return ops.where(is_small, series, ops.log(large / ops.tanh(large / 2)))
