from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from ...checks.arguments import check_choice
from ...checks.numbers import check_count
from ...checks.types import Tensor
from ...ops.nearest import nearest
from .estimators import ESTIMATORS
from .quantizer import Quantizer

if TYPE_CHECKING:
    from ...schedules import Weight
    from ...terms.term import Term


@keras.saving.register_keras_serializable("kerae.latents")
class SimVQ(Quantizer):
    """The nearest of random vectors behind a linear map, which alone is learned.

        k = argmin over k of |before - c_k W|^2,   z = c_k W        the first one of several

    with c_k drawn from N(0, I / code_dim) and fixed. A step on W, by `kerae.terms.CodebookError`,
    moves all codes together, also those that no vector chose: none is left behind.

    Args:
        num_codes: Integer, the number K of codes.
        code_dim: Integer, the dimensions of each.
        estimator: As for `kerae.latents.VectorQuantizer`.

    Example:

    >>> latent = kerae.latents.SimVQ(num_codes=16, code_dim=3)
    >>> posterior = latent(np.zeros((5, 7, 7, 8), "float32"))
    >>> tuple(posterior["indices"].shape), tuple(latent.mode(posterior).shape)
    ((5, 7, 7), (5, 7, 7, 3))

    Raises:
        ValueError: If a count is too small, the estimator unknown, or the encoder's features are
            neither vectors nor maps.
    Reference:
        Zhu et al., 2024, https://arxiv.org/abs/2411.02038
    """

    has_any_scale = True
    trains_codes = True

    def __init__(
        self,
        num_codes: int,
        code_dim: int,
        estimator: str = "straight_through",
        **kwargs: Any,
    ) -> None:
        check_count("num_codes", num_codes, 2)
        check_count("code_dim", code_dim)
        check_choice("estimator", estimator, ESTIMATORS)
        super().__init__(**kwargs)
        self.set_codes(num_codes, code_dim)
        self.estimator = estimator
        self.fixed = self.add_weight(
            shape=(num_codes, code_dim),
            initializer=keras.initializers.RandomNormal(stddev=code_dim**-0.5),
            trainable=False,
            name="fixed",
        )
        self.map = self.add_weight(
            shape=(code_dim, code_dim), initializer="glorot_uniform", name="map"
        )

    def terms(self, commitment: "Weight") -> "list[Term]":
        from ...terms import CodebookError, Commitment

        return [Commitment(commitment), CodebookError()]

    def indices_of(self, before: Tensor) -> Tensor:
        return nearest(before, self.codebooks()[0])

    def codes_of(self, indices: Tensor) -> Tensor:
        return ops.matmul(ops.take(ops.convert_to_tensor(self.fixed), indices, axis=0), self.map)

    def codebooks(self) -> list[Tensor]:
        return [ops.matmul(self.fixed, self.map)]
