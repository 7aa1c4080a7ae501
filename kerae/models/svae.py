from typing import Any

import keras

from ..autoencoder.autoencoder import Autoencoder
from ..checks.arguments import check_choice
from ..checks.types import Shape
from ..latents import PowerSpherical, VonMisesFisher
from ..priors import UniformSphere
from ..schedules import Weight
from ..terms import KLDivergence, Reconstruction
from .composition import REPLACEABLE, composed

DISTRIBUTIONS = {"von_mises_fisher": VonMisesFisher, "power_spherical": PowerSpherical}


@keras.saving.register_keras_serializable("kerae")
class SVAE(Autoencoder):
    """Hyperspherical VAE: codes lie on a sphere, where a prior can be uniform.

        loss = - E_q(z|x)[log p(x|z)] + beta * KL(q(z|x) || U(sphere))        nats per example
        q(z|x) = vMF(z; mu(x), kappa(x)),   |z| = |mu| = 1

    Args:
        input_shape: Tuple, the shape of one example.
        latent_dim: Integer of at least 2, the number of coordinates of a code: the paper's
            dimension of the sphere, and one.
        distribution: `"von_mises_fisher"`, the paper's, or `"power_spherical"`. Defaults to the
            former.
        beta: Float or `kerae.schedules.Schedule`, the weight of the KL. Defaults to 1.
        num_samples: Integer, the number of codes drawn per example. Defaults to 1.
        **kwargs: `likelihood`, `encoder`, `decoder`, `corruption` and `preprocessing`, as for
            `kerae.Autoencoder`; `latent`, `prior` and `terms`, in the place of the paper's.

    Example:

    >>> model = kerae.SVAE(input_shape=(8, 8, 1), latent_dim=3)
    >>> model.compile(optimizer="adam")
    >>> logs = model.evaluate(np.zeros((3, 8, 8, 1), "float32"), return_dict=True, verbose=0)
    >>> sorted(logs)
    ['kl', 'loss', 'reconstruction']

    Raises:
        ValueError: If the encoder or the decoder does not fit, `latent_dim` is below 2, or the
            distribution is unknown.
    Reference:
        Davidson et al., 2018, https://arxiv.org/abs/1804.00891;
        De Cao and Aziz, 2020, https://arxiv.org/abs/2006.04437 (power spherical)
    """

    parts = (KLDivergence, PowerSpherical, Reconstruction, UniformSphere, VonMisesFisher)
    passed_on = REPLACEABLE

    def __init__(
        self,
        input_shape: Shape,
        latent_dim: int,
        distribution: str = "von_mises_fisher",
        beta: Weight = 1.0,
        num_samples: int = 1,
        **kwargs: Any,
    ) -> None:
        check_choice("distribution", distribution, DISTRIBUTIONS)
        super().__init__(
            input_shape,
            **composed(
                self,
                kwargs,
                DISTRIBUTIONS[distribution](latent_dim, num_samples),
                [Reconstruction(), KLDivergence(beta)],
                prior=UniformSphere(),
                of_latent={"distribution": distribution, "num_samples": num_samples},
                beta=beta,
            ),
        )
        self.latent_dim = latent_dim
        self.distribution = distribution
        self.beta = beta
        self.num_samples = num_samples
