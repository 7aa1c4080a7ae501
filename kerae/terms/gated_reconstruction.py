from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from ..checks.types import Tensor
from ..latents.sparse.gated import Gated
from ..ops.frozen import frozen
from .dictionary import OfSparse, data_scale, tried_in
from .term import flat

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


@keras.saving.register_keras_serializable("kerae.terms")
class GatedReconstruction(OfSparse):
    """The squared error of a reconstruction from the gates, from which these learn.

        value = s^2 |target - decoder(max(g, 0))|^2

    with the gates g of `kerae.latents.Gated` and the scale s of the data. The decoder is frozen: no
    variable of it gets a gradient.

    Args:
        weight: Float or `kerae.schedules.Schedule`. Defaults to 1.
    Raises:
        ValueError: If `weight` is negative, or the model's latent no `kerae.latents.Gated`.
    Reference:
        Rajamanoharan et al., 2024, https://arxiv.org/abs/2404.16014 (section 3.2)
    """

    label = "gated"

    def tried_in(self) -> dict[str, Any]:
        return tried_in((4, 4, 1), Gated(), self)

    def fit_to(self, model: "Autoencoder") -> None:
        if not isinstance(model.latent, Gated):
            raise ValueError(
                "Expected kerae.latents.Gated under GatedReconstruction. Received: "
                f"{type(model.latent).__name__}, which has no gates. Leave it out."
            )

    def value(self, model: "Autoencoder", outputs: dict[str, Any]) -> Tensor:
        decoded = frozen(model.decoder)(model.latent.penalized(outputs))
        mean = model.likelihood.mean(ops.cast(decoded, model.variable_dtype))
        error = flat(ops.cast(outputs["target"], mean.dtype) - mean)
        return ops.square(data_scale(model)) * ops.sum(ops.square(error), axis=1)
