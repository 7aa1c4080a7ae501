from typing import Any

import keras

from ..autoencoder.autoencoder import Autoencoder
from ..checks.types import Shape
from ..latents import Normal
from ..schedules import Weight
from ..terms import KLDivergence, MomentMatching, Reconstruction
from .composition import REPLACEABLE, composed


@keras.saving.register_keras_serializable("kerae")
class DIPVAE(Autoencoder):
    """DIP-VAE: a VAE that decorrelates the dimensions of its codes by their covariance.

        loss = - E_q(z|x)[log p(x|z)] + KL(q(z|x) || p(z))
               + off_diagonal * sum over i != j of C_ij^2 + diagonal * sum over i of (C_ii - 1)^2

    with C the covariance of the posteriors' means over a batch (DIP-VAE-I), or that of the codes
    (DIP-VAE-II).

    Args:
        input_shape: Tuple, the shape of one example.
        latent_dim: Integer, the number of latent dimensions.
        off_diagonal: Float or `kerae.schedules.Schedule`, the weight of the covariances.
            Defaults to 10.
        diagonal: The same for the variances. Defaults to 100 with kind `"i"`, and to 10 with
            `"ii"`; see `kerae.terms.MomentMatching`.
        kind: `"i"` or `"ii"`. Defaults to the first.
        **kwargs: `likelihood`, `encoder`, `decoder`, `corruption` and `preprocessing`, as for
            `kerae.Autoencoder`; `latent`, `prior` and `terms`, in the place of the paper's.

    Example:

    >>> model = kerae.DIPVAE(input_shape=(8, 8, 1), latent_dim=2)
    >>> model.compile(optimizer="adam")
    >>> sorted(model.evaluate(np.zeros((3, 8, 8, 1), "float32"), return_dict=True, verbose=0))
    ['kl', 'loss', 'moments', 'reconstruction']

    Raises:
        ValueError: If the encoder or the decoder does not fit, a weight is negative, or the kind
            is unknown.
    Reference:
        Kumar, Sattigeri and Balakrishnan, 2018, https://arxiv.org/abs/1711.00848
    """

    parts = (KLDivergence, MomentMatching, Normal, Reconstruction)
    passed_on = REPLACEABLE

    def __init__(
        self,
        input_shape: Shape,
        latent_dim: int,
        off_diagonal: Weight = 10.0,
        diagonal: Weight | None = None,
        kind: str = "i",
        **kwargs: Any,
    ) -> None:
        super().__init__(
            input_shape,
            **composed(
                self,
                kwargs,
                Normal(latent_dim),
                [
                    Reconstruction(),
                    KLDivergence(),
                    MomentMatching(off_diagonal, diagonal, kind),
                ],
                off_diagonal=off_diagonal,
                diagonal=diagonal,
                kind=kind,
            ),
        )
        self.latent_dim = latent_dim
        self.off_diagonal = off_diagonal
        self.diagonal = diagonal
        self.kind = kind
