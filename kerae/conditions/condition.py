"""What a conditional autoencoder asks of its condition."""

from typing import TYPE_CHECKING, Any

from keras import ops

from ..checks.types import Tensor
from ..part import Part

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


class Condition(Part):
    """Turns what is known about an example into a vector: `condition(y)` is `(batch, size)`.

    Args:
        for_encoder: Boolean, whether the encoder too is given it; else only the decoder is.

    Attributes:
        y_shape: Tuple, the shape of `y` for one example.
        y_dtype: String, the dtype of `y`: an integer type for labels, else a floating one.
        size: Integer, the length of the vector.
        is_integer: Boolean, whether its elements are integers, for encoders of integers.
        known_labels: Range of the labels that have a meaning, or `None` if `y` are no labels.
    """

    reads_labels = True
    y_shape: tuple
    y_dtype: str
    size: int
    is_integer = False
    known_labels = None

    def __init__(self, for_encoder: bool = True, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.for_encoder = for_encoder

    def tried_in(self) -> dict[str, Any]:
        from ..latents import Deterministic

        return {"latent": Deterministic(2), "condition": self}

    def fit_to(self, model: "Autoencoder") -> None:
        if self.for_encoder and not self.is_integer and "float" not in model.data_dtype:
            raise ValueError(
                f"Expected data of floats, to which the elements of {type(self).__name__} can be "
                f"appended for the encoder. Received: data of {model.data_dtype}. Make the "
                "condition with `for_encoder=False`, so that the decoder alone is given it."
            )

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
