from typing import Any

import keras

from ..autoencoder.autoencoder import Autoencoder
from ..checks.arguments import check_choice
from ..checks.types import Shape
from ..latents import RiemannianNormal, WrappedNormal
from ..priors import HyperbolicNormal
from ..schedules import Weight
from ..terms import KLDivergence, Reconstruction
from .composition import REPLACEABLE, composed

DISTRIBUTIONS = {"wrapped": WrappedNormal, "riemannian": RiemannianNormal}


@keras.saving.register_keras_serializable("kerae")
class PoincareVAE(Autoencoder):
    """Poincaré VAE: codes lie in a ball of hyperbolic space, where hierarchies find room.

        loss = - E_q(z|x)[log p(x|z)] + beta * KL(q(z|x) || p(z))        nats per example

    with q(z|x) a normal of the Poincaré ball, |z| < 1 / sqrt(c), and p(z) one around its center.
    The KL is estimated from the codes drawn.

    Args:
        input_shape: Tuple, the shape of one example.
        latent_dim: Integer, the number of latent dimensions.
        distribution: `"wrapped"`, a normal of flat space wrapped onto the ball, or
            `"riemannian"`, one of distances. Defaults to the former.
        curvature: Positive float, the c of a space of curvature -c. Defaults to 1.
        learn_curvature: Boolean, whether c is trained, from there on. Defaults to `False`.
        prior_scale: Positive float, the sigma of the prior. Defaults to 1.
        beta: Float or `kerae.schedules.Schedule`, the weight of the KL. Defaults to 1.
        num_samples: Integer, the number of codes drawn per example. Defaults to 1.
        **kwargs: `likelihood`, `encoder`, `decoder`, `corruption` and `preprocessing`, as for
            `kerae.Autoencoder`; `latent`, `prior` and `terms`, in the place of the paper's.

    Example:

    >>> model = kerae.PoincareVAE(input_shape=(8, 8, 1), latent_dim=2, curvature=0.7)
    >>> model.compile(optimizer="adam")
    >>> logs = model.evaluate(np.zeros((3, 8, 8, 1), "float32"), return_dict=True, verbose=0)
    >>> sorted(logs)
    ['kl', 'loss', 'reconstruction']

    Raises:
        ValueError: If the encoder or the decoder does not fit, the distribution is unknown, or a
            number is not positive, or most draws of the prior would be beyond the reach of floats,
            as with many dimensions or a large curvature.
    Reference:
        Mathieu et al., 2019, https://arxiv.org/abs/1901.06033 (there the decoder's first layer
        is one of the ball too; here it reads the code as it is)
    """

    parts = (HyperbolicNormal, KLDivergence, Reconstruction, RiemannianNormal, WrappedNormal)
    passed_on = REPLACEABLE

    def __init__(
        self,
        input_shape: Shape,
        latent_dim: int,
        distribution: str = "wrapped",
        curvature: float = 1.0,
        learn_curvature: bool = False,
        prior_scale: float = 1.0,
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
                DISTRIBUTIONS[distribution](latent_dim, num_samples, curvature, learn_curvature),
                [Reconstruction(), KLDivergence(beta)],
                prior=HyperbolicNormal(prior_scale),
                of_latent={
                    "distribution": distribution,
                    "curvature": curvature,
                    "learn_curvature": learn_curvature,
                    "num_samples": num_samples,
                },
                of_prior={"prior_scale": prior_scale},
                beta=beta,
            ),
        )
        self.latent_dim = latent_dim
        self.distribution = distribution
        self.curvature = curvature
        self.learn_curvature = learn_curvature
        self.prior_scale = prior_scale
        self.beta = beta
        self.num_samples = num_samples
