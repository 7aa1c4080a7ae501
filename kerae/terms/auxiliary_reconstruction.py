from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from ..backend import cond
from ..checks.arguments import check_choice
from ..checks.numbers import check_count
from ..checks.types import Tensor
from ..ops.replicas import batch_mean
from ..schedules import Weight
from .dictionary import OfDictionary, data_scale, residual

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder

NORMALIZATIONS = ("variance", "dead_units")


@keras.saving.register_keras_serializable("kerae.terms")
class AuxiliaryReconstruction(OfDictionary):
    """Dead units learn what the others leave: AuxK.

        e = s * sg(x - x_hat),   e_hat = sum over units j of  z'_j d_j
        z' = the k largest features of dead units, where they are positive, else 0

        "variance":    value = |e - e_hat|^2 / ( mean over the batch of |e - mean e|^2 )
        "dead_units":  value = min(number of dead units / k, 1) * |e - e_hat|^2

    with sg, through which no gradient passes, and the scale s of the data; the mean, like the
    reconstruction itself, is over all replicas. The bias is no part of e_hat. Where no unit is dead
    it is 0. Atoms of other units get no gradient from it.

    Args:
        weight: Float or `kerae.schedules.Schedule`. Defaults to 1; in `kerae.SAE` 1/32 of the
            elements of an example, as in the paper, whose error is divided by the variance.
        k: Integer, the most units an example. Defaults to half the elements of an example, or all
            units, if these are fewer.
        normalization: `"variance"`, as in the paper, or `"dead_units"`, for a sum of squares like
            `kerae.terms.SquaredError`. Defaults to `"variance"`.
    Raises:
        ValueError: If `weight` is negative, `k` too small, the normalization unknown, or the model
            has no dictionary.
    Reference:
        Gao et al., 2024, https://arxiv.org/abs/2406.04093 (appendix A.2)
    """

    label = "auxiliary"

    def __init__(
        self,
        weight: Weight = 1.0,
        k: int | None = None,
        normalization: str = "variance",
        **kwargs: Any,
    ) -> None:
        super().__init__(weight, **kwargs)
        if k is not None:
            check_count("k", k)
        check_choice("normalization", normalization, NORMALIZATIONS)
        self.k = k
        self.normalization = normalization

    def value(self, model: "Autoencoder", outputs: dict[str, Any]) -> Tensor:
        latent, decoder = model.latent, model.decoder
        is_dead, features = latent.is_dead(), latent.preactivations(outputs["posterior"])
        num_dead = ops.sum(ops.cast(is_dead, features.dtype))
        k = self.k or max(1, decoder.size // 2)
        e = data_scale(model) * ops.stop_gradient(residual(model, outputs))

        def squares():
            of_dead = ops.where(is_dead, features, -1.0)
            active = latent.largest(model, outputs, of_dead, min(k, latent.latent_dim))
            e_hat = ops.cast(decoder.sum_of_active(*active), e.dtype)
            return ops.sum(ops.square(e - e_hat), axis=1)

        # Mostly no unit is dead, and the products can be spared.
        value = cond(num_dead > 0, squares, lambda: ops.zeros_like(e[:, 0]))
        if self.normalization == "dead_units":
            return ops.minimum(num_dead / k, 1.0) * value
        deviation = batch_mean(ops.sum(ops.square(e - batch_mean(e)), axis=1))
        return ops.where(deviation > 0, value / ops.where(deviation > 0, deviation, 1.0), 0.0)
