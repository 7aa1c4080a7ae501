from typing import Any

import keras

from ..checks.types import Shape
from ..schedules import Weight
from .composition import REPLACEABLE
from .vae import VAE


@keras.saving.register_keras_serializable("kerae")
class BetaVAE(VAE):
    """Beta-VAE: a VAE whose KL weighs more, for codes of independent dimensions.

        loss = - E_q(z|x)[log p(x|z)] + beta * KL(q(z|x) || p(z))        nats per example

    A schedule as beta, such as `kerae.schedules.Linear(0.0, 4.0, steps=2000)`, `Cosine` or
    `Cyclical`, anneals the KL.

    Args:
        input_shape: Tuple, the shape of one example.
        latent_dim: Integer, the number of latent dimensions.
        beta: Float or `kerae.schedules.Schedule`, the weight of the KL. Defaults to 4.
        **kwargs: `likelihood`, `encoder`, `decoder`, `corruption` and `preprocessing`, as for
            `kerae.Autoencoder`; `latent`, `prior` and `terms`, in the place of the paper's.

    Example:

    >>> model = kerae.BetaVAE(input_shape=(8, 8, 1), latent_dim=2, beta=8.0)
    >>> model.compile(optimizer="adam")
    >>> logs = model.evaluate(np.zeros((3, 8, 8, 1), "float32"), return_dict=True, verbose=0)
    >>> sorted(logs)
    ['kl', 'loss', 'reconstruction']

    Raises:
        ValueError: If the encoder or the decoder does not fit, or beta is negative.
    Reference:
        Higgins et al., 2017, https://openreview.net/forum?id=Sy2fzU9gl
    """

    passed_on = REPLACEABLE

    def __init__(
        self, input_shape: Shape, latent_dim: int, beta: Weight = 4.0, **kwargs: Any
    ) -> None:
        super().__init__(input_shape, latent_dim, beta, **kwargs)
