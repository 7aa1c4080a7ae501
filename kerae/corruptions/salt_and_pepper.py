from typing import Any

import keras
from keras import ops

from ..checks.types import Tensor
from .corruption import Corruption, checked_probability


@keras.saving.register_keras_serializable("kerae.corruptions")
class SaltAndPepper(Corruption):
    """Sets elements to one of two extremes, each with the same probability and independently.

        x' = low  with probability / 2,   high  with probability / 2,   x  otherwise

    Args:
        probability: Float in [0, 1], of an element to be spoilt. Defaults to 0.25.
        low: Float, the smallest value of the data. Defaults to 0.
        high: Float, their largest value. Defaults to 1.

    Example:

    >>> layer = kerae.corruptions.SaltAndPepper(probability=1.0)
    >>> np.unique(layer(np.full((1, 99), 0.5, "float32"), training=True)).tolist()
    [0.0, 1.0]

    Raises:
        ValueError: If `probability` is not in [0, 1], or `low` not below `high`.
    Reference:
        Vincent et al., 2010, https://jmlr.org/papers/v11/vincent10a.html
    """

    def __init__(
        self, probability: float = 0.25, low: float = 0.0, high: float = 1.0, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.probability = checked_probability(probability)
        if not low < high:
            raise ValueError(f"Expected `low` below `high`. Received: low={low}, high={high}")
        self.low = low
        self.high = high

    def corrupt(self, x: Tensor, noise: Any) -> Tensor:
        uniform = noise.uniform(tuple(x.shape[1:]))
        extreme = ops.where(uniform < self.probability / 2, self.low, self.high)
        return ops.where(uniform < self.probability, ops.cast(extreme, x.dtype), x)
