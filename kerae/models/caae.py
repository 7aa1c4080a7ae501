from typing import TYPE_CHECKING, Any

import keras

from ..adversaries import LatentCritic
from ..autoencoder.autoencoder import Autoencoder
from ..checks.types import Shape
from ..conditions import Label, Vector
from ..latents import Deterministic
from ..schedules import Weight
from ..terms import Deception, Reconstruction
from .cvae import condition_on

if TYPE_CHECKING:
    from ..priors.prior import Prior


@keras.saving.register_keras_serializable("kerae")
class CAAE(Autoencoder):
    """Conditional adversarial autoencoder: y is given, so that the code holds only the rest.

        loss        = - log p(x|z, y) - weight * log sigmoid(D(z)),   z = encoder(x)
        critic's    = - log sigmoid(D(z_p)) - log(1 - sigmoid(D(z))),   z_p ~ p(z)

    in nats per example. Encoder and critic do not see y: the codes of all classes together have to
    look like draws of the prior. What y says need not be in the code, which leaves it to style,
    the more so the fewer dimensions it has.

    At high learning rates, such as Adam's 1e-2, encoder and critic can drive each other off: the
    loss then grows to a multiple, though nothing becomes NaN. Take 1e-3 or less, for both.

    Args:
        input_shape: Tuple, the shape of one example.
        latent_dim: Integer, the number of code units.
        num_classes: Integer, for labels from 0 to `num_classes - 1`.
        condition_shape: Tuple, in the place of `num_classes`, for vectors of this shape.
        prior: `kerae.priors.Prior` that can be sampled. Defaults to a standard normal.
        adversarial_weight: Float or `kerae.schedules.Schedule`. Defaults to 1.
        critic: Keras model or layer from codes to one logit. Defaults to one that fits.
        **kwargs: `likelihood`, `encoder`, `decoder`, `corruption` and `preprocessing`, as for
            `kerae.Autoencoder`.

    Example:

    >>> model = kerae.CAAE(input_shape=(8, 8, 1), latent_dim=2, num_classes=10)
    >>> model.sample(4, y=7).shape
    (4, 8, 8, 1)

    Raises:
        ValueError: If not exactly one of `num_classes` and `condition_shape` is given, the
            encoder or the decoder does not fit, or the weight is negative.
    Reference:
        Makhzani et al., 2016, section 4, https://arxiv.org/abs/1511.05644
    """

    parts = (Deception, Deterministic, Label, LatentCritic, Reconstruction, Vector)

    def __init__(
        self,
        input_shape: Shape,
        latent_dim: int,
        num_classes: int | None = None,
        condition_shape: Shape | None = None,
        prior: "Prior | None" = None,
        adversarial_weight: Weight = 1.0,
        critic: keras.Layer | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            input_shape,
            latent=Deterministic(latent_dim),
            prior=prior,
            terms=[Reconstruction(), Deception(adversarial_weight)],
            condition=condition_on(num_classes, condition_shape, for_encoder=False),
            adversary=LatentCritic(critic),
            **kwargs,
        )
        self.latent_dim = latent_dim
        self.num_classes = num_classes
        self.condition_shape = condition_shape and tuple(condition_shape)
        self.adversarial_weight = adversarial_weight

    @property
    def critic(self):
        return self.adversary.critic
