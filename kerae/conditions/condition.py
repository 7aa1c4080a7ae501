"""What a conditional autoencoder asks of its condition."""

from typing import Any

from keras import ops

from ..checks.types import Tensor
from ..part import Part


class Condition(Part):
    """Turns what is known about an example into a vector: `condition(y)` is `(batch, size)`.

    Args:
        for_encoder: Boolean, whether the encoder too is given it; else only the decoder is.

    Attributes:
        y_shape: Tuple, the shape of `y` for one example.
        y_dtype: String, the dtype of `y`: an integer type for labels, else a floating one.
        size: Integer, the length of the vector.
        known_labels: Range of the labels that have a meaning, or `None` if `y` are no labels.
    """

    reads_labels = True
    y_shape: tuple
    y_dtype: str
    size: int
    known_labels = None

    def __init__(self, for_encoder: bool = True, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.for_encoder = for_encoder

    def tried_in(self) -> dict[str, Any]:
        from ..latents import Deterministic

        return {"latent": Deterministic(2), "condition": self}

    def check(self, y: Tensor) -> None:
        """Raises a `ValueError` if the NumPy array `y`, of the right shape, has no meaning."""


def join(x: Tensor, condition: Tensor) -> Tensor:
    """Appends a condition `(batch, size)` to the last axis of `x`, the same at each position.

    An image gets `size` further channels, a vector `size` further elements. Without a condition
    (`None`) it is `x`.
    """
    if condition is None:
        return x
    between = (1,) * (len(x.shape) - 2)
    condition = ops.reshape(condition, (-1, *between, condition.shape[-1]))
    shape = (*ops.shape(x)[:-1], condition.shape[-1])
    return ops.concatenate([x, ops.broadcast_to(ops.cast(condition, x.dtype), shape)], axis=-1)
