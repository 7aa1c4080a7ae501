from typing import Any

import keras
from keras import ops

from ...checks.numbers import check_count
from ...checks.types import Tensor
from .composed import Composed
from .quantizer import Quantizer, check_quantizer


@keras.saving.register_keras_serializable("kerae.latents")
class Residual(Composed):
    """Levels of codes, each of which stands for what those before have left.

        r_1 = before,   z_l = the code of level l nearest to r_l,   r_(l+1) = r_l - sg(z_l)
        z = sum over levels of z_l

    with sg, through which no gradient passes: that of z for `before` is the one that a single
    quantizer gives, once, and not once a level. A place has as many numbers as there are levels, on
    the last axis of the indices. Each level has codes of its own, and what trains codes and encoder
    (`kerae.terms.Commitment`, `CodebookError`, the EMA) is the sum over levels of that of each.

    With `quantizer_dropout` the decoder gets in training the sum of the first n levels alone, with
    n from 1 to `depth`, each as likely, drawn for each example; so it learns to decode few of them,
    too. All levels go on learning from every example. `model.decode(latent.codes_of(indices[…,
    :n]))` decodes the first n.

    Args:
        quantizer: `kerae.latents.Quantizer` with a codebook, the first level; the others are made
            like it.
        depth: Integer, the number of levels. Defaults to 4.
        quantizer_dropout: Boolean. Defaults to `False`.

    Example:

    >>> level = kerae.latents.VectorQuantizer(num_codes=16, code_dim=3)
    >>> latent = kerae.latents.Residual(level, depth=4)
    >>> posterior = latent(np.zeros((5, 7, 7, 8), "float32"))
    >>> tuple(posterior["indices"].shape), tuple(latent.mode(posterior).shape)
    ((5, 7, 7, 4), (5, 7, 7, 3))

    Raises:
        ValueError: If `quantizer` is none, or its codes have a scale of their own, as those of
            `kerae.latents.FiniteScalar`; `depth` is below 2; or the encoder's features are neither
            vectors nor maps.
    Reference:
        Zeghidour et al., 2021, https://arxiv.org/abs/2107.03312
    """

    def __init__(
        self,
        quantizer: Quantizer,
        depth: int = 4,
        quantizer_dropout: bool = False,
        **kwargs: Any,
    ) -> None:
        check_quantizer(quantizer)
        check_count("depth", depth, 2)
        if not quantizer.has_any_scale:
            raise ValueError(
                "Expected codes that go to where the vectors are, which become shorter from level "
                f"to level. Received: {quantizer}, whose codes have a scale of their own. Take "
                "kerae.latents.VectorQuantizer or SimVQ, or more `levels` of FiniteScalar or "
                "dimensions of LookupFree."
            )
        super().__init__(**kwargs)
        self.compose(quantizer, depth, quantizer.code_dim)
        self.quantizer = quantizer
        self.depth = depth
        self.quantizer_dropout = quantizer_dropout

    def indices_of(self, before: Tensor) -> Tensor:
        indices = []
        for level in self.quantizers:
            indices.append(level.indices_of(before))
            before = before - level.codes_of(indices[-1])
        return self.stacked(indices)

    def shares(self, before: Tensor, indices: Tensor) -> list[Tensor]:
        left = [before]
        for codes in self.codes_of_each(indices)[:-1]:
            left.append(left[-1] - ops.stop_gradient(codes))
        return left

    def joined(self, codes: list[Tensor]) -> Tensor:
        return sum(codes[1:], codes[0])

    def estimated(self, before: Tensor, codes: Tensor) -> Tensor:
        return self.quantizers[0].estimated(before, codes)

    def codes_in(self, outputs: dict[str, Any]) -> Tensor:
        if not (self.quantizer_dropout and outputs["training"]):
            return super().codes_in(outputs)
        last = ops.floor(outputs["noise"].uniform(()) * self.depth)
        last = ops.reshape(last, (-1, *(1,) * len(self.event_shape)))
        each = self.codes_of_each(outputs["posterior"]["indices"])
        return self.joined([ops.where(last >= n, codes, 0.0) for n, codes in enumerate(each)])
