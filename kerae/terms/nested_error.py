from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from ..checks.parts import checked_shape
from ..checks.types import Tensor
from ..schedules import Weight
from .dictionary import OfDictionary, data_scale
from .term import flat

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


@keras.saving.register_keras_serializable("kerae.terms")
class NestedError(OfDictionary):
    """The squared errors of reconstructions from the first atoms of a dictionary.

        value = sum over sizes m of |s target - sum over the first m units j of z_j d_j - b|^2

    Each block of atoms between two sizes is multiplied once; in models such as
    `kerae.MatryoshkaSAE` the whole reconstruction is made of the same products.

    Args:
        sizes: Sequence of integers that rise, the numbers m of atoms.
        weight: Float or `kerae.schedules.Schedule`. Defaults to 1.
    Raises:
        ValueError: If the sizes are not positive, do not rise or are not below the number of
            units, `weight` is negative, or the model has no dictionary.
    Reference:
        Bussmann et al., 2025, https://arxiv.org/abs/2503.17547
    """

    label = "nested_error"

    def __init__(self, sizes: Sequence[int], weight: Weight = 1.0, **kwargs: Any) -> None:
        super().__init__(weight, **kwargs)
        self.sizes = checked_shape("sizes", sizes)
        if list(self.sizes) != sorted(set(self.sizes)):
            raise ValueError(f"Expected `sizes` that rise. Received: {self.sizes}. Sort them.")

    def fit_to(self, model: "Autoencoder") -> None:
        super().fit_to(model)
        if self.sizes[-1] >= model.latent.latent_dim:
            raise ValueError(
                f"Expected `sizes` below {model.latent.latent_dim}, the number of units, of all of "
                f"which `SquaredError` is. Received: {self.sizes}. Leave out the last."
            )

    def value(self, model: "Autoencoder", outputs: dict[str, Any]) -> Tensor:
        decoder, sums = model.decoder, outputs.get("prefix_sums")
        if sums is None:
            z = outputs["z"][:, 0]
            sums = dict(zip(self.sizes, decoder.prefix_sums(z, self.sizes), strict=True))
        shifted = data_scale(model) * flat(outputs["target"]) - decoder.bias
        errors = [shifted - ops.cast(sums[size], shifted.dtype) for size in self.sizes]
        return sum(ops.sum(ops.square(error), axis=1) for error in errors)
