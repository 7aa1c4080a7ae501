from typing import Any

import keras
from keras import ops

from ..checks.types import Tensor
from .corruption import Corruption, checked_probability


@keras.saving.register_keras_serializable("kerae.corruptions")
class Masking(Corruption):
    """Sets elements to 0, each with the same probability and independently of the others.

    The rest is kept as it is and not scaled up, unlike dropout.

    Args:
        probability: Float in [0, 1], of an element to be lost. Defaults to 0.25.

    Example:

    >>> layer = kerae.corruptions.Masking(probability=1.0)
    >>> np.asarray(layer(np.ones((1, 2), "float32"), training=True)).tolist()
    [[0.0, 0.0]]

    Raises:
        ValueError: If `probability` is not in [0, 1].
    Reference:
        Vincent et al., 2008, https://doi.org/10.1145/1390156.1390294 (there a fixed number of
        elements of each example)
    """

    def __init__(self, probability: float = 0.25, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.probability = checked_probability(probability)

    def corrupt(self, x: Tensor, noise: Any) -> Tensor:
        lost = noise.uniform(tuple(x.shape[1:])) < self.probability
        return ops.where(lost, ops.zeros_like(x), x)
