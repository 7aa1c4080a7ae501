from typing import Any

import keras

from ..autoencoder.autoencoder import Autoencoder
from ..checks.types import Shape
from ..latents import Normal
from ..terms import ImportanceWeightedBound, KLDivergence, Reconstruction
from .composition import REPLACEABLE, composed


@keras.saving.register_keras_serializable("kerae")
class CIWAE(Autoencoder):
    """CIWAE: a convex combination of the ELBO and the importance-weighted bound, of equal codes.

        loss = beta * ( - 1/K sum over k of log p(x|z_k) + KL(q(z|x) || p(z)) )
               - (1 - beta) * log( 1/K sum over k of w_k )        nats per example

        w_k = p(x|z_k) p(z_k) / q(z_k|x),   z_k ~ q(z|x)

    With beta = 1 it is the VAE of K codes, with beta = 0 the IWAE. The KL is exact where that of
    the VAE is; in the paper it is estimated from the codes, with the same mean.

    Args:
        input_shape: Tuple, the shape of one example.
        latent_dim: Integer, the number of latent dimensions.
        beta: Float from 0 to 1, the weight of the negative ELBO. Defaults to 0.05, as in the paper.
        num_samples: Integer, the number K of codes drawn per example; each is decoded. Defaults to
            5; in the paper it is 64.
        **kwargs: `likelihood`, `encoder`, `decoder`, `corruption` and `preprocessing`, as for
            `kerae.Autoencoder`; `latent`, `prior` and `terms`, in the place of the paper's.

    Example:

    >>> model = kerae.CIWAE(input_shape=(8, 8, 1), latent_dim=2, beta=0.5)
    >>> model.compile(optimizer="adam")
    >>> logs = model.evaluate(np.zeros((3, 8, 8, 1), "float32"), return_dict=True, verbose=0)
    >>> sorted(logs)
    ['kl', 'loss', 'negative_bound', 'reconstruction']

    Raises:
        ValueError: If the encoder or the decoder does not fit, or beta is not from 0 to 1.
    Reference:
        Rainforth et al., 2018, https://arxiv.org/abs/1802.04537
    """

    parts = (ImportanceWeightedBound, KLDivergence, Normal, Reconstruction)
    passed_on = REPLACEABLE

    def __init__(
        self,
        input_shape: Shape,
        latent_dim: int,
        beta: float = 0.05,
        num_samples: int = 5,
        **kwargs: Any,
    ) -> None:
        if not 0 <= beta <= 1:
            raise ValueError(
                "Expected `beta` to be from 0, the IWAE, to 1, the VAE. "
                f"Received: beta={beta}. Give weights of your own in `terms`."
            )
        super().__init__(
            input_shape,
            **composed(
                self,
                kwargs,
                Normal(latent_dim, num_samples),
                [
                    ImportanceWeightedBound(weight=1 - beta),
                    Reconstruction(beta),
                    KLDivergence(beta),
                ],
                of_latent={"num_samples": num_samples},
                beta=beta,
            ),
        )
        self.latent_dim = latent_dim
        self.beta = beta
        self.num_samples = num_samples
