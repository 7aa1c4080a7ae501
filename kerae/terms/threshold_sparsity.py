from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from ..checks.types import Tensor
from ..latents.sparse.jump_relu import JumpReLU, check_penalty
from ..schedules import Weight
from .dictionary import OfSparse, tried_in, weighed

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


@keras.saving.register_keras_serializable("kerae.terms")
class ThresholdSparsity(OfSparse):
    """The number of active units of `kerae.latents.JumpReLU` codes, which moves their thresholds.

        l0 = sum over units j of H(h_j - t_j),   with the gradient that the latent estimates

        "step":       value = l0
        "quadratic":  value = 2 / target * (l0 - target)^2
        "tanh":       value = sum over units j of tanh(4 z_j |d_j|)

    with the length of the atom of each unit where the decoder has atoms of any length, else 1.

    Args:
        weight: Float or `kerae.schedules.Schedule`. Defaults to 1.
        penalty: `"step"`, `"tanh"` or `"quadratic"`. Defaults to `"step"`.
        target: Float, the number of active units that `"quadratic"` aims at.
    Raises:
        ValueError: If `weight` is negative, the penalty unknown, `target` missing for
            `"quadratic"`, or the model's latent no `kerae.latents.JumpReLU`.
    Reference:
        Rajamanoharan et al., 2024, https://arxiv.org/abs/2407.14435 (step);
        Conerly et al., 2025, https://transformer-circuits.pub/2025/january-update (tanh)
    """

    label = "sparsity"

    def __init__(
        self,
        weight: Weight = 1.0,
        penalty: str = "step",
        target: float | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(weight, **kwargs)
        check_penalty(penalty, target)
        self.penalty = penalty
        self.target = target

    def tried_in(self) -> dict[str, Any]:
        return tried_in((4, 4, 1), JumpReLU(), self)

    def fit_to(self, model: "Autoencoder") -> None:
        if not isinstance(model.latent, JumpReLU):
            raise ValueError(
                "Expected kerae.latents.JumpReLU under ThresholdSparsity. Received: "
                f"{type(model.latent).__name__}, which has no thresholds to train. Leave it out."
            )

    def value(self, model: "Autoencoder", outputs: dict[str, Any]) -> Tensor:
        if self.penalty == "tanh":
            codes = weighed(model.latent.penalized(outputs), model)
            return ops.sum(ops.tanh(4.0 * codes), axis=1)
        l0 = model.latent.num_active(outputs["posterior"]["features"])
        if self.target is not None:
            return 2.0 / self.target * ops.square(l0 - self.target)
        return l0
