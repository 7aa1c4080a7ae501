from typing import Any

import keras

from ..adversaries import FeatureCritic
from ..autoencoder.autoencoder import Autoencoder
from ..checks.types import Shape
from ..latents import Normal
from ..schedules import Weight
from ..terms import Deception, FeatureReconstruction, KLDivergence, Reconstruction
from .composition import REPLACEABLE, composed


@keras.saving.register_keras_serializable("kerae")
class VAEGAN(Autoencoder):
    """VAE with a critic's features: images are compared as the critic sees them, not by pixel.

        loss     = KL(q(z|x) || p(z)) - log N(features(x); features(x_z), I)
                   - weight / 2 * (log sigmoid(D(x_z)) + log sigmoid(D(x_p)))
        critic's = - log sigmoid(D(x))
                   - 1/2 * (log(1 - sigmoid(D(x_z))) + log(1 - sigmoid(D(x_p))))

    in nats per example, with the decoded code x_z, z ~ q(z|x), and the decoded draw x_p of the
    prior. The adversarial part of the loss reaches the decoder alone. The reconstruction of
    pixels is logged, and not trained. `compile(optimizer=…, adversary_optimizer=…)` gives the
    critic an optimizer of its own.

    Args:
        input_shape: Tuple, the shape of one example.
        latent_dim: Integer, the number of latent dimensions.
        adversarial_weight: Float or `kerae.schedules.Schedule`, the 2 / gamma of the paper, where
            the decoder's features count gamma times and each of two deceptions, whose mean is
            taken here, once: the same direction of its gradient, and so the same steps of Adam.
            Defaults to 1.
        critic: Keras model or layer from data to features, on which a linear unit decides; see
            `kerae.adversaries.FeatureCritic`.
        **kwargs: `likelihood`, `encoder`, `decoder`, `corruption` and `preprocessing`, as for
            `kerae.Autoencoder`; `latent`, `prior` and `terms`, in the place of the paper's. The
            likelihood says how pixels are decoded and logged.

    Example:

    >>> model = kerae.VAEGAN(input_shape=(8, 8, 1), latent_dim=2)
    >>> model.compile(optimizer="adam")
    >>> logs = model.evaluate(np.zeros((3, 8, 8, 1), "float32"), return_dict=True, verbose=0)
    >>> sorted(logs)
    ['adversarial', 'critic', 'feature_reconstruction', 'kl', 'loss', 'reconstruction']

    Raises:
        ValueError: If the encoder or the decoder does not fit, or the weight is negative.
    Reference:
        Larsen et al., 2016, https://arxiv.org/abs/1512.09300, here with the non-saturating loss
        of the generator
    """

    parts = (Deception, FeatureCritic, FeatureReconstruction, KLDivergence, Normal, Reconstruction)
    passed_on = REPLACEABLE

    def __init__(
        self,
        input_shape: Shape,
        latent_dim: int,
        adversarial_weight: Weight = 1.0,
        critic: keras.Layer | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            input_shape,
            **composed(
                self,
                kwargs,
                Normal(latent_dim),
                [
                    Reconstruction(weight=0.0),
                    KLDivergence(),
                    FeatureReconstruction(),
                    Deception(adversarial_weight),
                ],
                FeatureCritic(critic),
                adversarial_weight=adversarial_weight,
            ),
        )
        self.latent_dim = latent_dim
        self.adversarial_weight = adversarial_weight

    @property
    def critic(self):
        return self.adversary.critic.layers[0]
