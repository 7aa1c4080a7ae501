from typing import Any

import keras

from ..autoencoder.autoencoder import Autoencoder
from ..checks.types import Shape
from ..latents import Normal
from ..schedules import Weight
from ..terms import KLDivergence, Reconstruction
from .composition import REPLACEABLE, composed


@keras.saving.register_keras_serializable("kerae")
class VAE(Autoencoder):
    """Variational autoencoder: maximizes a lower bound of log p(x), the ELBO.

        loss = - E_q(z|x)[log p(x|z)] + beta * KL(q(z|x) || p(z))        nats per example

    with a normal posterior of diagonal covariance and the prior p(z) = N(0, I). With beta = 1
    and neither capacity nor free bits, `loss` is the negative ELBO.

    Args:
        input_shape: Tuple, the shape of one example.
        latent_dim: Integer, the number of latent dimensions.
        beta: Float or `kerae.schedules.Schedule`, the weight of the KL. Defaults to 1.
        capacity: Float or schedule in nats, the KL that is aimed at: the KL is replaced by its
            distance from it. Defaults to none.
        free_bits: Float or schedule, nats of KL that cost nothing: per latent dimension, or, with
            another prior than the standard normal or a latent of your own, of their sum, as
            `kerae.terms.KLDivergence` says. Defaults to 0.
        num_samples: Integer, the number of codes drawn per example to estimate the
            reconstruction. Defaults to 1.
        **kwargs: `likelihood`, `encoder`, `decoder`, `corruption` and `preprocessing`, as for
            `kerae.Autoencoder`; `latent`, `prior` and `terms`, in the place of the paper's.

    Example:

    >>> model = kerae.VAE(input_shape=(8, 8, 1), latent_dim=2)
    >>> model.compile(optimizer="adam")
    >>> logs = model.evaluate(np.zeros((3, 8, 8, 1), "float32"), return_dict=True, verbose=0)
    >>> sorted(logs)
    ['kl', 'loss', 'reconstruction']

    Raises:
        ValueError: If the encoder or the decoder does not fit, or a weight is negative.
    Reference:
        Kingma and Welling, 2014, https://arxiv.org/abs/1312.6114
    """

    parts = (KLDivergence, Normal, Reconstruction)
    passed_on = REPLACEABLE

    def __init__(
        self,
        input_shape: Shape,
        latent_dim: int,
        beta: Weight = 1.0,
        capacity: Weight | None = None,
        free_bits: Weight = 0.0,
        num_samples: int = 1,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            input_shape,
            **composed(
                self,
                kwargs,
                Normal(latent_dim, num_samples),
                [Reconstruction(), KLDivergence(beta, capacity, free_bits)],
                of_latent={"num_samples": num_samples},
                beta=beta,
                capacity=capacity,
                free_bits=free_bits,
            ),
        )
        self.latent_dim = latent_dim
        self.beta = beta
        self.capacity = capacity
        self.free_bits = free_bits
        self.num_samples = num_samples
