from typing import Any

import keras

from ..autoencoder.autoencoder import Autoencoder
from ..checks.types import Shape
from ..latents import Normal
from ..priors import Vamp
from ..schedules import Weight
from ..terms import KLDivergence, Reconstruction
from .composition import REPLACEABLE, composed


@keras.saving.register_keras_serializable("kerae")
class VampVAE(Autoencoder):
    """VAE with a VampPrior: the prior is the mean posterior of inputs that are trained too.

        loss = - E_q(z|x)[log p(x|z)] + beta * KL(q(z|x) || p(z))        nats per example
        p(z) = 1/K sum over k of q(z|u_k)

    The KL is estimated from the codes drawn.

    Args:
        input_shape: Tuple, the shape of one example.
        latent_dim: Integer, the number of latent dimensions.
        num_pseudo_inputs: Integer, the number K of trained inputs u_k. Defaults to 500, as in the
            paper.
        beta: Float or `kerae.schedules.Schedule`, the weight of the KL, which the paper raises
            from 0 to 1 while training. Defaults to 1.
        num_samples: Integer, the number of codes drawn per example. Defaults to 1.
        **kwargs: `likelihood`, `encoder`, `decoder`, `corruption` and `preprocessing`, as for
            `kerae.Autoencoder`; `latent`, `prior` and `terms`, in the place of the paper's.

    Example:

    >>> model = kerae.VampVAE(input_shape=(8, 8, 1), latent_dim=2, num_pseudo_inputs=10)
    >>> model.compile(optimizer="adam")
    >>> logs = model.evaluate(np.zeros((3, 8, 8, 1), "float32"), return_dict=True, verbose=0)
    >>> sorted(logs)
    ['kl', 'loss', 'reconstruction']

    Raises:
        ValueError: If the encoder or the decoder does not fit, or a number is too small.
    Reference:
        Tomczak and Welling, 2018, https://arxiv.org/abs/1705.07120
    """

    parts = (KLDivergence, Normal, Reconstruction, Vamp)
    passed_on = REPLACEABLE

    def __init__(
        self,
        input_shape: Shape,
        latent_dim: int,
        num_pseudo_inputs: int = 500,
        beta: Weight = 1.0,
        num_samples: int = 1,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            input_shape,
            **composed(
                self,
                kwargs,
                Normal(latent_dim, num_samples),
                [Reconstruction(), KLDivergence(beta)],
                prior=Vamp(num_pseudo_inputs),
                of_latent={"num_samples": num_samples},
                of_prior={"num_pseudo_inputs": num_pseudo_inputs},
                beta=beta,
            ),
        )
        self.latent_dim = latent_dim
        self.num_pseudo_inputs = num_pseudo_inputs
        self.beta = beta
        self.num_samples = num_samples
