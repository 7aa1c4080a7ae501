from typing import Any

import keras

from ..autoencoder.autoencoder import Autoencoder
from ..checks.types import Shape
from ..latents import Normal
from ..terms import ImportanceWeightedBound, KLDivergence, Reconstruction
from .composition import REPLACEABLE, composed


@keras.saving.register_keras_serializable("kerae")
class IWAE(Autoencoder):
    """Importance-weighted autoencoder: a VAE with a bound of log p(x) that tightens with codes.

        loss = - log( 1/K sum over k of  p(x|z_k) p(z_k) / q(z_k|x) ),   z_k ~ q(z|x)        nats

    per example; with K = 1 it is the negative ELBO of the VAE, estimated from one code. The
    reconstruction and the KL are logged beside it: their sum is the negative ELBO.

    Args:
        input_shape: Tuple, the shape of one example.
        latent_dim: Integer, the number of latent dimensions.
        num_samples: Integer, the number K of codes drawn per example; each is decoded. Defaults to
            5; the paper has 50 as well.
        gradient: `"reparameterized"`, as in the paper, `"doubly_reparameterized"`, whose noise does
            not drown what moves the encoder as K grows, or `"sticking_the_landing"`; see
            `kerae.terms.ImportanceWeightedBound`.
        **kwargs: `likelihood`, `encoder`, `decoder`, `corruption` and `preprocessing`, as for
            `kerae.Autoencoder`; `latent`, `prior` and `terms`, in the place of the paper's.

    Example:

    >>> model = kerae.IWAE(input_shape=(8, 8, 1), latent_dim=2)
    >>> model.compile(optimizer="adam")
    >>> logs = model.evaluate(np.zeros((3, 8, 8, 1), "float32"), return_dict=True, verbose=0)
    >>> sorted(logs)
    ['kl', 'loss', 'negative_bound', 'reconstruction']

    Raises:
        ValueError: If the encoder or the decoder does not fit, `num_samples` is below 1, or
            `gradient` is none of the three.
    Reference:
        Burda et al., 2016, https://arxiv.org/abs/1509.00519;
        Tucker et al., 2019, https://arxiv.org/abs/1810.04152 (doubly reparameterized)
    """

    parts = (ImportanceWeightedBound, KLDivergence, Normal, Reconstruction)
    passed_on = REPLACEABLE

    def __init__(
        self,
        input_shape: Shape,
        latent_dim: int,
        num_samples: int = 5,
        gradient: str = "reparameterized",
        **kwargs: Any,
    ) -> None:
        super().__init__(
            input_shape,
            **composed(
                self,
                kwargs,
                Normal(latent_dim, num_samples),
                [
                    ImportanceWeightedBound(gradient=gradient),
                    Reconstruction(0.0),
                    KLDivergence(0.0),
                ],
                of_latent={"num_samples": num_samples},
                gradient=gradient,
            ),
        )
        self.latent_dim = latent_dim
        self.num_samples = num_samples
        self.gradient = gradient
