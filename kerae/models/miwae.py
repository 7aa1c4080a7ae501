from typing import Any

import keras

from ..autoencoder.autoencoder import Autoencoder
from ..checks.types import Shape
from ..latents import Normal
from ..terms import ImportanceWeightedBound, KLDivergence, Reconstruction
from .composition import REPLACEABLE, composed


@keras.saving.register_keras_serializable("kerae")
class MIWAE(Autoencoder):
    """MIWAE: the mean of several importance-weighted bounds, of fewer codes each.

        loss = - 1/M sum over groups m of  log( 1/K sum over k of w_mk )        nats per example

        w_mk = p(x|z_mk) p(z_mk) / q(z_mk|x),   z_mk ~ q(z|x)

    of the L = M K codes drawn: a bound between the negative ELBO, M = L, and that of the IWAE,
    M = 1. It is less tight than the latter, and its gradient tells the encoder more beside its
    noise. The reconstruction and the KL are logged beside it: their sum is the negative ELBO.

    Args:
        input_shape: Tuple, the shape of one example.
        latent_dim: Integer, the number of latent dimensions.
        num_samples: Integer, the number L of codes drawn per example; each is decoded. Defaults to
            16; in the paper it is 64.
        num_groups: Integer, the number M of groups, a divisor of L. Defaults to 4; in the paper it
            is 8, among others.
        **kwargs: `likelihood`, `encoder`, `decoder`, `corruption` and `preprocessing`, as for
            `kerae.Autoencoder`; `latent`, `prior` and `terms`, in the place of the paper's.

    Example:

    >>> model = kerae.MIWAE((8, 8, 1), latent_dim=2, num_samples=6, num_groups=2)
    >>> model.compile(optimizer="adam")
    >>> logs = model.evaluate(np.zeros((3, 8, 8, 1), "float32"), return_dict=True, verbose=0)
    >>> sorted(logs)
    ['kl', 'loss', 'negative_bound', 'reconstruction']

    Raises:
        ValueError: If the encoder or the decoder does not fit, or `num_groups` is no divisor of
            `num_samples`.
    Reference:
        Rainforth et al., 2018, https://arxiv.org/abs/1802.04537
    """

    parts = (ImportanceWeightedBound, KLDivergence, Normal, Reconstruction)
    passed_on = REPLACEABLE

    def __init__(
        self,
        input_shape: Shape,
        latent_dim: int,
        num_samples: int = 16,
        num_groups: int = 4,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            input_shape,
            **composed(
                self,
                kwargs,
                Normal(latent_dim, num_samples),
                [ImportanceWeightedBound(num_groups), Reconstruction(0.0), KLDivergence(0.0)],
                of_latent={"num_samples": num_samples},
                num_groups=num_groups,
            ),
        )
        self.latent_dim = latent_dim
        self.num_samples = num_samples
        self.num_groups = num_groups
