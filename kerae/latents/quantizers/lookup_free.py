from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import ops

from ...checks.numbers import is_integer
from ...checks.short import short
from ...checks.types import Tensor
from .estimators import direction
from .quantizer import Quantizer

if TYPE_CHECKING:
    from ...schedules import Weight
    from ...terms.term import Term

LARGEST = 24  # dimensions: of the codes there are how many were used is counted


@keras.saving.register_keras_serializable("kerae.latents")
class LookupFree(Quantizer):
    """The sign of each dimension: 2^code_dim codes, and no codebook to look them up in.

        z = sign(before)        with -1 at 0

    The gradient is straight through, without an activation. The number of a code is that of its
    positive dimensions as bits, the first one the lowest. `spherical` puts vectors and codes on the
    sphere of radius 1 (BSQ), so that a code is never far from what it stands for:

        u = before / |before|,   z = sign(u) / sqrt(code_dim)

    It is trained by `kerae.terms.CodeEntropy`, and, unless it is spherical, by
    `kerae.terms.Commitment`. More bits than 24 are those of several groups:
    `kerae.latents.Grouped(kerae.latents.LookupFree(16), 4)`.

    Args:
        code_dim: Integer from 1 to 24, the dimensions of a code, its bits.
        spherical: Boolean. Defaults to `False`.

    Example:

    >>> latent = kerae.latents.LookupFree(code_dim=3)
    >>> np.asarray(latent.codes_of(np.array([0, 1, 6], "int32")))
    array([[-1., -1., -1.],
           [ 1., -1., -1.],
           [-1.,  1.,  1.]], dtype=float32)

    Raises:
        ValueError: If `code_dim` is not from 1 to 24, or the encoder's features are neither vectors
            nor maps.
    Reference:
        Yu et al., 2023, https://arxiv.org/abs/2310.05737 (LFQ);
        Zhao et al., 2024, https://arxiv.org/abs/2406.07548 (BSQ)
    """

    is_binary = True

    def __init__(self, code_dim: int, spherical: bool = False, **kwargs: Any) -> None:
        if not is_integer(code_dim) or not 1 <= code_dim <= LARGEST:
            raise ValueError(
                f"Expected an integer from 1 to {LARGEST} as `code_dim`. Received: "
                f"{short(code_dim)}. Take kerae.latents.Grouped for more."
            )
        super().__init__(**kwargs)
        self.set_codes(2**code_dim, code_dim)
        self.spherical = spherical
        self._size = code_dim**-0.5 if spherical else 1.0
        self._bits = 2 ** np.arange(code_dim, dtype="int32")

    def terms(self, commitment: "Weight") -> "list[Term]":
        from ...terms import CodeEntropy, Commitment

        return [*([] if self.spherical else [Commitment(commitment)]), CodeEntropy(0.1)]

    def indices_of(self, before: Tensor) -> Tensor:
        is_positive = ops.cast(before > 0, "int32")
        return ops.sum(is_positive * ops.convert_to_tensor(self._bits), axis=-1)

    def codes_of(self, indices: Tensor) -> Tensor:
        indices = ops.expand_dims(ops.cast(indices, "int32"), -1)
        bit = ops.mod(ops.floor_divide(indices, ops.convert_to_tensor(self._bits)), 2)
        return ops.cast(2 * bit - 1, self.compute_dtype) * self._size

    def compared(self, before: Tensor) -> Tensor:
        return direction(before) if self.spherical else before
