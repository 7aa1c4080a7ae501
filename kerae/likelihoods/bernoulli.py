import keras
import numpy as np
from keras import ops

from ..checks.arrays import parts
from ..checks.types import Tensor
from .unit_interval import UnitInterval


@keras.saving.register_keras_serializable("kerae.likelihoods")
class Bernoulli(UnitInterval):
    """Binary data; the decoder gives logits.

        log p(x|z) = sum over pixels of  x * logit - log(1 + exp(logit))        nats

    Gray values in [0, 1] are accepted for training, as is customary: the result is then the
    expected log-probability of binary pixels with these means, not a density of the gray image.

    Example:

    >>> x, logits = np.ones((1, 3), "float32"), np.zeros((1, 3), "float32")
    >>> float(kerae.likelihoods.Bernoulli().log_prob(x, logits)[0])
    -2.079441...
    """

    def elementwise_log_prob(self, x: Tensor, parameters: Tensor):
        return x * parameters - ops.softplus(parameters)

    def mean(self, parameters: Tensor) -> Tensor:
        return ops.sigmoid(parameters)

    def check_density(self, x: Tensor):
        gray = sum(np.count_nonzero((rows != 0) & (rows != 1)) for rows in parts(x)) / x.size
        if gray > 0:
            raise ValueError(
                f"Bernoulli is a density of binary data only. Received: {gray:.1%} of the values "
                "strictly between 0 and 1. Binarize the data (kerae.data.binarize) or use "
                'likelihood="continuous_bernoulli".'
            )
