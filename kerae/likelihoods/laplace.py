import math

import keras
from keras import ops

from ..checks.types import Tensor
from .location_scale import LocationScale


@keras.saving.register_keras_serializable("kerae.likelihoods")
class Laplace(LocationScale):
    """Real numbers with Laplace noise, robust to outliers; the decoder gives means.

        log p(x|z) = sum over elements of  -|x - mu| / b - log(2 b)        nats

    Args:
        scale: The scale b: a positive float, fixed (1.0 by default: the absolute error and a
            constant); `"learned"` for one trained scalar, which starts at 1; or `"predicted"`,
            for which the decoder gives twice the channels of the data: the means, then as many
            values of 2 log(b), limited to [-20, 20].

    Example:

    >>> x, mean = np.ones((1, 1), "float32"), np.zeros((1, 1), "float32")
    >>> float(kerae.likelihoods.Laplace(scale=1.0).log_prob(x, mean)[0])
    -1.693147...

    Raises:
        ValueError: If `scale` is none of these.
    """

    def standard_log_prob(self, residual: Tensor):
        return -ops.abs(residual) - math.log(2)
