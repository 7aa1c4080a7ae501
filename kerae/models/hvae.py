from typing import Any

import keras

from ..autoencoder.autoencoder import Autoencoder
from ..checks.types import Shape
from ..latents import HamiltonianPosterior
from ..terms import KLDivergence, Reconstruction
from .composition import REPLACEABLE, composed


@keras.saving.register_keras_serializable("kerae")
class HVAE(Autoencoder):
    """Hamiltonian VAE: codes move, with a momentum, to where the model itself finds them likelier.

        loss = - E[ log p(x|z_K) + log p(z_K) + log N(rho_K; 0, I)
                    - log q(z_0|x) - log N(rho_0; 0, 1 / beta_0 I) + d/2 log beta_0 ]    nats

    with z_K and rho_K after K leapfrog steps from z_0 ~ q(z_0|x) and rho_0 ~ N(0, 1 / beta_0 I), as
    `kerae.latents.HamiltonianPosterior` says, and the prior p(z) = N(0, I). `loss` is the negative
    ELBO of code and momentum; all of it but the first part is logged as the KL. Paths start short,
    near those of a plain VAE.

    Codes of `encode` are the means of q(z_0|x).

    Args:
        input_shape: Tuple, the shape of one example.
        latent_dim: Integer, the number d of latent dimensions.
        num_leapfrog: Integer, the number K of steps. Defaults to 3.
        step_size: Float between 0 and 0.5, where the step sizes, which are trained, start.
            Defaults to 0.05.
        tempering: `"fixed"` for momenta that shrink in a given way by a trained beta_0, `"free"`
            for trained factors, or `"none"`. Defaults to `"fixed"`.
        num_samples: Integer, the number of codes drawn per example. Defaults to 1.
        **kwargs: `likelihood`, `encoder`, `decoder`, `corruption` and `preprocessing`, as for
            `kerae.Autoencoder`; `latent`, `prior` and `terms`, in the place of the paper's.

    Example:

    >>> model = kerae.HVAE(input_shape=(8, 8, 1), latent_dim=2)
    >>> model.compile(optimizer="adam")
    >>> logs = model.evaluate(np.zeros((3, 8, 8, 1), "float32"), return_dict=True, verbose=0)
    >>> sorted(logs)
    ['kl', 'loss', 'reconstruction']

    Raises:
        ValueError: If the encoder or the decoder does not fit, or a number is out of range.
    Reference:
        Caterini, Doucet and Sejdinovic, 2018, https://arxiv.org/abs/1805.11417 (there with the
        mean of log N(rho_0), for the same gradient)
    """

    parts = (HamiltonianPosterior, KLDivergence, Reconstruction)
    passed_on = REPLACEABLE

    def __init__(
        self,
        input_shape: Shape,
        latent_dim: int,
        num_leapfrog: int = 3,
        step_size: float = 0.05,
        tempering: str = "fixed",
        num_samples: int = 1,
        **kwargs: Any,
    ) -> None:
        of_latent = {
            "num_leapfrog": num_leapfrog,
            "step_size": step_size,
            "tempering": tempering,
            "num_samples": num_samples,
        }
        super().__init__(
            input_shape,
            **composed(
                self,
                kwargs,
                HamiltonianPosterior(latent_dim, **of_latent),
                [Reconstruction(), KLDivergence()],
                of_latent=of_latent,
            ),
        )
        self.latent_dim = latent_dim
        self.num_leapfrog = num_leapfrog
        self.step_size = step_size
        self.tempering = tempering
        self.num_samples = num_samples
