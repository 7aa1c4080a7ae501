from typing import Any

import keras
from keras import ops

from ...checks.numbers import check_count
from ...checks.types import Tensor
from .composed import Composed
from .quantizer import Quantizer, check_quantizer


@keras.saving.register_keras_serializable("kerae.latents")
class Grouped(Composed):
    """Dimensions in groups, each of which is quantized by itself: a product of codebooks.

        z = (z_1, …, z_G),   z_g = the code of group g for the dimensions of group g

    A place has G numbers, on the last axis of the indices, and K^G codes of K in each group. Each
    group has codes of its own, and what trains them is the sum over groups. The quantizer of a
    group may be a `kerae.latents.Residual`: the last two axes then are groups and levels.

    Args:
        quantizer: `kerae.latents.Quantizer`, that of the first group; the others are made like it.
            The codes of all together have `num_groups` times its `code_dim` dimensions.
        num_groups: Integer, G. Defaults to 2.

    Example:

    >>> group = kerae.latents.VectorQuantizer(num_codes=16, code_dim=3)
    >>> latent = kerae.latents.Grouped(group, num_groups=2)
    >>> posterior = latent(np.zeros((5, 7, 7, 8), "float32"))
    >>> tuple(posterior["indices"].shape), tuple(latent.mode(posterior).shape)
    ((5, 7, 7, 2), (5, 7, 7, 6))

    Raises:
        ValueError: If `quantizer` is none, `num_groups` below 2, or the encoder's features are
            neither vectors nor maps.
    Reference:
        Jégou et al., 2011, https://doi.org/10.1109/TPAMI.2010.57 (product quantization)
    """

    def __init__(self, quantizer: Quantizer, num_groups: int = 2, **kwargs: Any) -> None:
        check_quantizer(quantizer)
        check_count("num_groups", num_groups, 2)
        super().__init__(**kwargs)
        self.compose(quantizer, num_groups, num_groups * quantizer.code_dim)
        self.quantizer = quantizer
        self.num_groups = num_groups

    @property
    def has_any_scale(self) -> bool:
        return self.quantizer.has_any_scale

    def indices_of(self, before: Tensor) -> Tensor:
        each = zip(self.quantizers, self._groups(before), strict=True)
        return self.stacked([quantizer.indices_of(x) for quantizer, x in each])

    def shares(self, before: Tensor, indices: Tensor) -> list[Tensor]:
        return self._groups(before)

    def joined(self, codes: list[Tensor]) -> Tensor:
        return ops.concatenate(codes, axis=-1)

    def estimated(self, before: Tensor, codes: Tensor) -> Tensor:
        each = zip(self.quantizers, self._groups(before), self._groups(codes), strict=True)
        return self.joined([quantizer.estimated(x, own) for quantizer, x, own in each])

    def _groups(self, vectors):
        return ops.split(vectors, self.num_groups, axis=-1)
