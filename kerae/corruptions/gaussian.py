import math
from typing import Any

import keras
from keras import ops

from ..checks.types import Tensor
from .corruption import Corruption


@keras.saving.register_keras_serializable("kerae.corruptions")
class Gaussian(Corruption):
    """Adds independent normal noise to every element: x' ~ N(x, stddev^2 I).

    The result is not clipped: pixels in [0, 1] leave that interval.

    Args:
        stddev: Float, the standard deviation of the noise in units of the data. Defaults to 0.3.

    Example:

    >>> layer = kerae.corruptions.Gaussian(stddev=0.1)
    >>> np.asarray(layer(np.ones((1, 2), "float32"))).tolist()  # outside of training
    [[1.0, 1.0]]

    Raises:
        ValueError: If `stddev` is no finite number of at least 0.
    Reference:
        Vincent et al., 2010, https://jmlr.org/papers/v11/vincent10a.html
    """

    def __init__(self, stddev: float = 0.3, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not (isinstance(stddev, int | float) and 0 <= stddev < math.inf):
            raise ValueError(
                "Expected `stddev` to be a finite number of at least 0. "
                f"Received: stddev={stddev!r}"
            )
        self.stddev = stddev

    def corrupt(self, x: Tensor, noise: Any) -> Tensor:
        return x + self.stddev * ops.cast(noise.normal(tuple(x.shape[1:])), x.dtype)
