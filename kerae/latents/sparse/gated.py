from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from ...checks.types import Shape, Tensor
from .sparse import Sparse

if TYPE_CHECKING:
    from ...schedules import Weight
    from ...terms.term import Term


@keras.saving.register_keras_serializable("kerae.latents")
class Gated(Sparse):
    """Features that decide by one bias whether a unit is active, and by another how much.

        g_j = h_j + b_j,   z_j = max(exp(r_j) h_j + m_j, 0)  where g_j > 0,   else 0

    The penalty is on max(g_j, 0), so that it does not make codes smaller: see
    `kerae.terms.DictionarySparsity`. What the gates learn from beside it is
    `kerae.terms.GatedReconstruction`. The features come without a bias.

    Args:
        **kwargs: `dead_after`, as for all sparse latents.

    Attributes:
        gate_biases: Variable `(latent_dim,)`, the b_j.
        magnitude_biases: Variable `(latent_dim,)`, the m_j.
        log_scales: Variable `(latent_dim,)`, the r_j.

    Example:

    >>> latent = kerae.latents.Gated()
    >>> posterior = latent(np.array([[3.0, 1.0]], "float32"))
    >>> _ = latent.gate_biases.assign([-2.0, -2.0])
    >>> keras.ops.convert_to_numpy(latent.mode(posterior))
    array([[3., 0.]], dtype=float32)

    Reference:
        Rajamanoharan et al., 2024, https://arxiv.org/abs/2404.16014
    """

    has_biases = True
    default_weight = 2.0  # beside two errors, where others have one

    def build_units(self, shape: Shape) -> None:
        self.gate_biases, self.magnitude_biases, self.log_scales = (
            self.add_weight(shape=shape, initializer="zeros", name=name)
            for name in ("gate_biases", "magnitude_biases", "log_scales")
        )

    def tried_in(self) -> dict[str, Any]:
        return super().tried_in() | {"terms": super().tried_in()["terms"] + self.terms(0.5)}

    def terms(self, weight: "Weight") -> "list[Term]":
        from ...terms import DictionarySparsity, GatedReconstruction

        return [DictionarySparsity(weight), GatedReconstruction()]

    def preactivations(self, posterior: dict[str, Any]) -> Tensor:
        return posterior["features"] + self.gate_biases

    def penalized(self, outputs: dict[str, Any]) -> Tensor:
        return ops.relu(self.preactivations(outputs["posterior"]))

    def code(self, features: Tensor) -> Tensor:
        magnitudes = ops.relu(features * ops.exp(self.log_scales) + self.magnitude_biases)
        return ops.where(features + self.gate_biases > 0, magnitudes, 0.0)
