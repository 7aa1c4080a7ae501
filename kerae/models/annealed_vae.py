from typing import Any

import keras

from ..autoencoder.autoencoder import Autoencoder
from ..checks.types import Shape
from ..latents import Normal
from ..schedules import Linear, Weight
from ..terms import KLDivergence, Reconstruction
from ..terms.term import non_negative
from .composition import REPLACEABLE, composed


@keras.saving.register_keras_serializable("kerae")
class AnnealedVAE(Autoencoder):
    """Annealed VAE: the KL is held at a capacity that grows while the model trains.

        loss = - E_q(z|x)[log p(x|z)] + gamma * | KL(q(z|x) || p(z)) - C |        nats per example

        C = capacity * min(step / steps, 1)

    so that one factor of the data after another gets its place in the code. To anneal the weight
    of the KL instead, give a schedule as the `beta` of `kerae.VAE`.

    Args:
        input_shape: Tuple, the shape of one example.
        latent_dim: Integer, the number of latent dimensions.
        gamma: Float or `kerae.schedules.Schedule`, the weight of the KL's distance from C.
            Defaults to 1000, as in the paper.
        capacity: Float, in nats, the KL that is aimed at in the end. Defaults to 25, as in the
            paper.
        steps: Integer, the number of training steps until then, for most of those that the model is
            trained for. Defaults to 100,000, as in the paper.
        **kwargs: `likelihood`, `encoder`, `decoder`, `corruption` and `preprocessing`, as for
            `kerae.Autoencoder`; `latent`, `prior` and `terms`, in the place of the paper's.

    Example:

    >>> model = kerae.AnnealedVAE((8, 8, 1), latent_dim=2, gamma=100.0, capacity=10.0, steps=500)
    >>> model.compile(optimizer="adam")
    >>> logs = model.evaluate(np.zeros((3, 8, 8, 1), "float32"), return_dict=True, verbose=0)
    >>> sorted(logs)
    ['kl', 'loss', 'reconstruction']

    Raises:
        ValueError: If the encoder or the decoder does not fit, gamma or the capacity is negative,
            or `steps` is not positive.
    Reference:
        Burgess et al., 2018, https://arxiv.org/abs/1804.03599
    """

    parts = (KLDivergence, Linear, Normal, Reconstruction)
    passed_on = REPLACEABLE

    def __init__(
        self,
        input_shape: Shape,
        latent_dim: int,
        gamma: Weight = 1000.0,
        capacity: float = 25.0,
        steps: int = 100_000,
        **kwargs: Any,
    ) -> None:
        growing = Linear(0.0, non_negative("capacity", capacity), steps)  # pyright: ignore[reportArgumentType]
        super().__init__(
            input_shape,
            **composed(
                self,
                kwargs,
                Normal(latent_dim),
                [Reconstruction(), KLDivergence(gamma, capacity=growing)],
            ),
        )
        self.latent_dim = latent_dim
        self.gamma = gamma
        self.capacity = capacity
        self.steps = steps
