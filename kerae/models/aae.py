from typing import TYPE_CHECKING, Any

import keras

from ..adversaries import LatentCritic
from ..autoencoder.autoencoder import Autoencoder
from ..checks.types import Shape
from ..latents import Deterministic
from ..schedules import Weight
from ..terms import Deception, Reconstruction

if TYPE_CHECKING:
    from ..priors.prior import Prior


@keras.saving.register_keras_serializable("kerae")
class AAE(Autoencoder):
    """Adversarial autoencoder: a critic makes the codes look like draws of any prior.

        loss        = - log p(x|z) - weight * log sigmoid(D(z)),   z = encoder(x)
        critic's    = - log sigmoid(D(z_p)) - log(1 - sigmoid(D(z))),   z_p ~ p(z)

    in nats per example. `compile(optimizer=…, adversary_optimizer=…)` gives the critic D an
    optimizer of its own. With `num_classes` the critic also sees labels, given by `fit(x, y)`, -1
    where unknown, and moves each class to its own part of the prior; `sample(n, y=3)` then draws
    from that part. Both losses move against each other: judge a run by its reconstruction.

    At high learning rates, such as Adam's 1e-2, encoder and critic can drive each other off: the
    loss then grows to a multiple, though nothing becomes NaN. Take 1e-3 or less, for both.

    Args:
        input_shape: Tuple, the shape of one example.
        latent_dim: Integer, the number of code units.
        prior: `kerae.priors.Prior` that can be sampled. Defaults to a standard normal.
        adversarial_weight: Float or `kerae.schedules.Schedule`. Defaults to 1.
        num_classes: Integer, the number of classes of the prior, for a critic that sees labels.
        critic: Keras model or layer from codes to one logit; see `kerae.adversaries.LatentCritic`.
        **kwargs: `likelihood`, `encoder`, `decoder`, `corruption` and `preprocessing`, as for
            `kerae.Autoencoder`.

    Example:

    >>> ring = kerae.priors.GaussianMixture.ring(num_components=10)
    >>> model = kerae.AAE(input_shape=(8, 8, 1), latent_dim=2, prior=ring, num_classes=10)
    >>> model.compile(optimizer="adam", adversary_optimizer=keras.optimizers.Adam(1e-4))
    >>> x, y = np.zeros((3, 8, 8, 1), "float32"), np.array([0, 9, -1])
    >>> sorted(model.evaluate(x, y, return_dict=True, verbose=0))
    ['adversarial', 'critic', 'loss', 'reconstruction']

    Raises:
        ValueError: If the encoder or the decoder does not fit, or the weight is negative.
    Reference:
        Makhzani et al., 2016, https://arxiv.org/abs/1511.05644
    """

    parts = (Deception, Deterministic, LatentCritic, Reconstruction)

    def __init__(
        self,
        input_shape: Shape,
        latent_dim: int,
        prior: "Prior | None" = None,
        adversarial_weight: Weight = 1.0,
        num_classes: int | None = None,
        critic: keras.Layer | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            input_shape,
            latent=Deterministic(latent_dim),
            prior=prior,
            terms=[Reconstruction(), Deception(adversarial_weight)],
            adversary=LatentCritic(critic, num_classes),
            **kwargs,
        )
        self.latent_dim = latent_dim
        self.adversarial_weight = adversarial_weight
        self.num_classes = num_classes

    @property
    def critic(self):
        return self.adversary.critic
