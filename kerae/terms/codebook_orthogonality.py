from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from ..checks.types import Tensor
from ..latents.quantizers import VectorQuantizer
from ..latents.quantizers.estimators import direction
from .quantized import OfQuantizer, check_trained
from .term import of_each_example

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


@keras.saving.register_keras_serializable("kerae.terms")
class CodebookOrthogonality(OfQuantizer):
    """How far the directions of codes are from being at right angles to each other.

        value = 1 / K^2 * sum over pairs j != k of  cos(e_j, e_k)^2

    and of several codebooks the sum over each. With more codes than dimensions, K > d, it is at
    least 1/d - 1/K. No array of K x K is made.

    Args:
        weight: Float or `kerae.schedules.Schedule`. Defaults to 1; the paper's is 10, beside means
            over pixels.
    Raises:
        ValueError: If `weight` is a negative number, or the model's codes are not trained by
            gradient.
    Reference:
        Shin et al., 2021, https://arxiv.org/abs/2112.00384
    """

    label = "codebook_orthogonality"

    def fit_to(self, model: "Autoencoder") -> None:
        super().fit_to(model)
        check_trained(self, model)

    def tried_in(self) -> dict[str, Any]:
        from .codebook_error import CodebookError

        tried = super().tried_in()
        latent = VectorQuantizer(8, 3, update="gradient")
        return tried | {"latent": latent, "terms": [*tried["terms"], CodebookError()]}

    def value(self, model: "Autoencoder", outputs: dict[str, Any]) -> Tensor:
        return of_each_example(sum(map(_squares, model.latent.codebooks())), outputs)


def _squares(codes):
    count, directions = codes.shape[0], direction(codes)
    # As large as that of the products of all pairs, and d x d.
    products = ops.matmul(ops.transpose(directions), directions)
    return (ops.sum(ops.square(products)) - count) / count**2
