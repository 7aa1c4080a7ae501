from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from ..checks.types import Tensor
from ..ops.replicas import batch_mean
from ..schedules import Schedule, Weight, value_at
from .dictionary import OfSparse, weighed
from .term import total

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


@keras.saving.register_keras_serializable("kerae.terms")
class DictionarySparsity(OfSparse):
    """The sum of the codes, each as large as what it writes: few units are active for any example.

        value = sum over units j of (z_j |d_j|)^p

    with the length of the atom of each unit where the decoder has atoms of any length, else 1. Of
    `kerae.latents.Gated` codes it is what the gates are made of that is small.

    As p changes by a schedule, so would the size of the sum; the loss is `weight` times `factor`
    times the value, where at each step

        factor <- factor * mean of the sum with the p before / mean of the sum with p

    over the batch on all replicas.

    Args:
        weight: Float or `kerae.schedules.Schedule`. Defaults to 1.
        p: Float above 0, or schedule. Defaults to 1.
    Raises:
        ValueError: If `weight` is negative, `p` not positive, or the model's latent none of
            `kerae.latents.sparse`.
    Reference:
        Conerly et al., 2024, https://transformer-circuits.pub/2024/april-update;
        Karvonen et al., 2024, https://arxiv.org/abs/2408.00113 (p)
    """

    label = "sparsity"

    def __init__(self, weight: Weight = 1.0, p: Weight = 1.0, **kwargs: Any) -> None:
        super().__init__(weight, **kwargs)
        if not isinstance(p, Schedule) and not (isinstance(p, int | float) and p > 0):
            raise ValueError(
                f"Expected `p` to be a number above 0 or a kerae.schedules.Schedule. Received: "
                f"p={p!r}"
            )
        self.p = p
        if isinstance(p, Schedule):
            self.factor, self.p_before = (
                self.add_weight(shape=(), initializer="ones", trainable=False, name=name)
                for name in ("factor", "p_before")
            )

    def value(self, model: "Autoencoder", outputs: dict[str, Any]) -> Tensor:
        codes = weighed(model.latent.penalized(outputs), model)
        if not isinstance(self.p, Schedule):
            return _sum_of_powers(codes, self.p)
        p = ops.cast(value_at(self.p, outputs["step"]), codes.dtype)
        value = _sum_of_powers(codes, p)
        if outputs["training"]:
            self._follow(ops.stop_gradient(codes), ops.stop_gradient(value), p)
        return value

    def _follow(self, codes, value, p):
        """Keeps what the weight makes of the sums as large as it is with the p of before."""
        before = batch_mean(_sum_of_powers(codes, ops.convert_to_tensor(self.p_before)))
        now = batch_mean(value)
        ratio = ops.where(now > 0, before / ops.where(now > 0, now, 1.0), 1.0)
        self.factor.assign(ops.convert_to_tensor(self.factor) * ratio)
        self.p_before.assign(p)

    def loss(self, value: Tensor, step: Tensor) -> Tensor:
        loss = value_at(self.weight, step) * total(value)
        return ops.convert_to_tensor(self.factor) * loss if isinstance(self.p, Schedule) else loss


def _sum_of_powers(codes, p):
    if isinstance(p, int | float) and p == 1:
        return ops.sum(codes, axis=1)
    is_active = codes > 0  # at 0 the slope of the power would be infinite
    return ops.sum(ops.where(is_active, ops.where(is_active, codes, 1.0) ** p, 0.0), axis=1)
