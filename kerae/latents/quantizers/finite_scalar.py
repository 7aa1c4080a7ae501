import math
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from ...checks.parts import checked_shape
from ...checks.types import Tensor
from .quantizer import Quantizer

EPSILON = 1e-3
LARGEST = 2**31 - 1  # of the numbers of codes


@keras.saving.register_keras_serializable("kerae.latents")
class FiniteScalar(Quantizer):
    """Each dimension rounded to one of a few levels: a grid of codes, and no codebook to learn.

        bounded = h tanh(before + atanh(o / h)) - o,   h = (1 + 1e-3) (L - 1) / 2
        z = round(bounded) / floor(L / 2)        in [-1, 1]

    with o = 1/2 for an even number L of levels, else 0. The gradient is that of the bounded number.
    The number of a code counts the levels of its dimensions, those of the first one fastest.

    Levels of the paper for about 2^8, 2^10, 2^12, 2^14 and 2^16 codes: (8, 6, 5), (8, 5, 5, 5),
    (7, 5, 5, 5, 5), (8, 8, 8, 6, 5) and (8, 8, 8, 5, 5, 5).

    Args:
        levels: Sequence of integers, the number L of levels of each dimension, at best each of at
            least 5.

    Example:

    >>> latent = kerae.latents.FiniteScalar((8, 6, 5))
    >>> latent.num_codes, latent.code_dim
    (240, 3)
    >>> np.asarray(latent.codes_of(np.array([0, 239], "int32")))
    array([[-1.        , -1.        , -1.        ],
           [ 0.75      ,  0.6666667,  1.        ]], dtype=float32)

    Raises:
        ValueError: If a number of levels is not in [2, 1000], there are 2^31 codes or more, or the
            encoder's features are neither vectors nor maps.
    Reference:
        Mentzer et al., 2023, https://arxiv.org/abs/2309.15505 (there with (1 - 1e-3), and a tangent
        in its listing where the inverse of tanh is meant)
    """

    def __init__(self, levels: Sequence[int], **kwargs: Any) -> None:
        levels = checked_shape("levels", levels)
        if min(levels) < 2 or max(levels) > 1000 or math.prod(levels) > LARGEST:
            raise ValueError(
                "Expected `levels` from 2 to 1000, which make fewer than 2^31 codes. Received: "
                f"{levels}. Take some as (8, 5, 5, 5)."
            )
        super().__init__(**kwargs)
        self.set_codes(math.prod(levels), len(levels))
        self.levels = levels
        self._levels = np.array(levels, "int32")
        self._strides = np.cumprod([1, *levels[:-1]]).astype("int32")
        self._half = self._levels // 2

    def indices_of(self, before: Tensor) -> Tensor:
        level = ops.cast(ops.round(self._bounded(before)), "int32") + _tensor(self._half)
        return ops.sum(level * _tensor(self._strides), axis=-1)

    def codes_of(self, indices: Tensor) -> Tensor:
        indices = ops.expand_dims(ops.cast(indices, "int32"), -1)
        level = ops.mod(ops.floor_divide(indices, _tensor(self._strides)), _tensor(self._levels))
        level = ops.cast(level - _tensor(self._half), self.compute_dtype)
        return level / _tensor(self._half, self.compute_dtype)

    def compared(self, before: Tensor) -> Tensor:
        return self._bounded(before) / _tensor(self._half, self.compute_dtype)

    def _bounded(self, before):
        half = (1 + EPSILON) * (self._levels - 1) / 2
        offset = np.where(self._levels % 2, 0.0, 0.5)
        shift, half, offset = (
            _tensor(each, self.compute_dtype) for each in (np.arctanh(offset / half), half, offset)
        )
        return ops.tanh(before + shift) * half - offset


def _tensor(array, dtype="int32"):
    return ops.convert_to_tensor(array, dtype)
