import math

import keras

from ..checks.types import Tensor
from .location_scale import LocationScale


@keras.saving.register_keras_serializable("kerae.likelihoods")
class Normal(LocationScale):
    """Real numbers with normal noise; the decoder gives means.

        log p(x|z) = sum over elements of
            -0.5 * ((x - mu) / sigma)^2 - log sigma - 0.5 * log(2 pi)        nats

    Args:
        scale: The standard deviation sigma: a positive float, fixed (1.0 by default: half the
            squared error and a constant); `"learned"` for one trained scalar, which starts at 1;
            or `"predicted"`, for which the decoder gives twice the channels of the data: the
            means, then the log-variances, limited to [-20, 20].

    Example:

    >>> x, mean = np.ones((1, 1), "float32"), np.zeros((1, 1), "float32")
    >>> float(kerae.likelihoods.Normal(scale=1.0).log_prob(x, mean)[0])
    -1.418938...

    Raises:
        ValueError: If `scale` is none of these.
    """

    def standard_log_prob(self, residual: Tensor):
        return -0.5 * (residual**2 + math.log(2 * math.pi))
