from typing import Any

import keras

from ..adversaries import DensityRatio
from ..autoencoder.autoencoder import Autoencoder
from ..checks.types import Shape
from ..latents import Normal
from ..schedules import Weight
from ..terms import EstimatedTotalCorrelation, KLDivergence, Reconstruction
from .composition import REPLACEABLE, composed


@keras.saving.register_keras_serializable("kerae")
class FactorVAE(Autoencoder):
    """FactorVAE: a VAE whose codes' dimensions are made independent by a critic.

        loss     = - E_q(z|x)[log p(x|z)] + KL(q(z|x) || p(z)) + gamma * TC,   TC = - E_q(z)[D(z)]
        critic's = - log sigmoid(D(z')) - log(1 - sigmoid(D(z)))

    in nats per example, with z' the codes of a batch after each dimension was put in an order of
    its own. TC estimates the total correlation, KL(q(z) || product over j of q(z_j)). The paper's
    critic has an optimizer of its own: `compile(optimizer=…, adversary_optimizer=…)`; its loss is
    half of this one, which makes no difference to Adam.

    Args:
        input_shape: Tuple, the shape of one example.
        latent_dim: Integer, the number of latent dimensions.
        gamma: Float or `kerae.schedules.Schedule`, the weight of the total correlation. Defaults
            to 10.
        critic: Keras model or layer from codes to one logit; see
            `kerae.adversaries.DensityRatio`.
        **kwargs: `likelihood`, `encoder`, `decoder`, `corruption` and `preprocessing`, as for
            `kerae.Autoencoder`; `latent`, `prior` and `terms`, in the place of the paper's.

    Example:

    >>> model = kerae.FactorVAE(input_shape=(8, 8, 1), latent_dim=2)
    >>> model.compile(optimizer="adam", adversary_optimizer=keras.optimizers.Adam(1e-4, 0.5, 0.9))
    >>> sorted(model.evaluate(np.zeros((3, 8, 8, 1), "float32"), return_dict=True, verbose=0))
    ['critic', 'kl', 'loss', 'reconstruction', 'total_correlation']

    Raises:
        ValueError: If the encoder or the decoder does not fit, or gamma is negative.
    Reference:
        Kim and Mnih, 2018, https://arxiv.org/abs/1802.05983, where z' is of another batch than z
    """

    parts = (DensityRatio, EstimatedTotalCorrelation, KLDivergence, Normal, Reconstruction)
    passed_on = REPLACEABLE

    def __init__(
        self,
        input_shape: Shape,
        latent_dim: int,
        gamma: Weight = 10.0,
        critic: keras.Layer | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            input_shape,
            **composed(
                self,
                kwargs,
                Normal(latent_dim),
                [Reconstruction(), KLDivergence(), EstimatedTotalCorrelation(gamma)],
                DensityRatio(critic),
                gamma=gamma,
            ),
        )
        self.latent_dim = latent_dim
        self.gamma = gamma

    @property
    def critic(self):
        return self.adversary.critic
