from typing import TYPE_CHECKING, Any

import keras

from ..autoencoder.autoencoder import Autoencoder
from ..checks.types import Shape
from ..latents import Deterministic
from ..schedules import Weight
from ..terms import Reconstruction, SlicedWasserstein

if TYPE_CHECKING:
    from ..priors.prior import Prior


@keras.saving.register_keras_serializable("kerae")
class SWAE(Autoencoder):
    """Sliced-Wasserstein autoencoder: along any direction, codes are spread like the prior.

        loss = - log p(x|z) + weight * SW_2^2(q(z), p(z)),   z = encoder(x)

    with the squared sliced Wasserstein distance SW_2^2 of a batch of codes from as many draws of
    the prior, which can be any that is sampled.

    Args:
        input_shape: Tuple, the shape of one example.
        latent_dim: Integer, the number of code units.
        num_projections: Integer, the number of random directions. Defaults to 50.
        weight: Float or `kerae.schedules.Schedule`, the paper's lambda. Defaults to 100. The
            authors' code has 10 beside means over the pixels of MNIST, which is 7,840 beside sums.
        prior: `kerae.priors.Prior` that can be sampled. Defaults to a standard normal.
        **kwargs: `likelihood`, `encoder`, `decoder`, `corruption` and `preprocessing`, as for
            `kerae.Autoencoder`.

    Example:

    >>> model = kerae.SWAE(input_shape=(8, 8, 1), latent_dim=2)
    >>> model.compile(optimizer="adam")
    >>> sorted(model.evaluate(np.zeros((3, 8, 8, 1), "float32"), return_dict=True, verbose=0))
    ['loss', 'reconstruction', 'sliced_wasserstein']

    Raises:
        ValueError: If the encoder or the decoder does not fit, the weight is negative, or
            `num_projections` is below 1.
    Reference:
        Kolouri et al., 2018, https://arxiv.org/abs/1804.01947
    """

    parts = (Deterministic, Reconstruction, SlicedWasserstein)

    def __init__(
        self,
        input_shape: Shape,
        latent_dim: int,
        num_projections: int = 50,
        weight: Weight = 100.0,
        prior: "Prior | None" = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            input_shape,
            latent=Deterministic(latent_dim),
            prior=prior,
            terms=[Reconstruction(), SlicedWasserstein(weight, num_projections)],
            **kwargs,
        )
        self.latent_dim = latent_dim
        self.num_projections = num_projections
        self.weight = weight
