import math
from typing import Any

import keras
from keras import ops

from ..checks.types import Tensor
from .prior import Prior, refuse_labels


@keras.saving.register_keras_serializable("kerae.priors")
class StandardNormal(Prior):
    """The prior p(z) = N(z; 0, I).

        log p(z) = -0.5 * sum over the elements of a code of (z^2 + log(2 pi))        nats

    Example:

    >>> float(kerae.priors.StandardNormal().log_prob(np.zeros((1, 2), "float32"))[0])
    -1.837877...
    """

    def log_prob(self, z: Tensor) -> Tensor:
        axes = tuple(range(-len(self.event_shape or (1,)), 0))
        return -0.5 * ops.sum(ops.square(z) + math.log(2 * math.pi), axis=axes)

    def sample(self, noise: Any, labels: Tensor = None) -> Tensor:
        refuse_labels(self, labels)
        return noise.normal(self.event_shape)
