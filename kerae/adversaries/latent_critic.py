from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from ..checks.parts import check_network
from ..checks.types import Tensor
from ..conditions.condition import join
from ..conditions.label import check_labels, one_hot
from ..networks.critic import critic
from .adversary import Adversary

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


@keras.saving.register_keras_serializable("kerae.adversaries")
class LatentCritic(Adversary):
    """Tells codes of the model, q(z) = E_x[q(z|x)], from draws of its prior p(z).

        loss = - log sigmoid(D(z_p)) - log(1 - sigmoid(D(z))),   z_p ~ p(z), z ~ q(z|x)

    With `num_classes` it also sees labels: codes of class y have to look like draws of the part
    of the prior that belongs to y. The label -1 means unknown: such codes are compared with draws
    from the whole prior.

    Args:
        network: Keras model or layer from codes to one logit `(batch, 1)`; with labels, from
            codes followed by `num_classes + 1` one-hot elements, the last one for unknown.
            Defaults to two dense layers of 256 units.
        num_classes: Integer, at most that of the prior, or `None` for a critic that reads no
            labels.

    Example:

    >>> adversary = kerae.adversaries.LatentCritic()
    >>> terms = [kerae.Reconstruction(), kerae.terms.Deception()]
    >>> latent = kerae.latents.Deterministic(2)
    >>> model = kerae.Autoencoder((4,), latent, terms=terms, adversary=adversary)
    >>> model.compile()
    >>> sorted(model.evaluate(np.zeros((8, 4), "float32"), return_dict=True, verbose=0))
    ['adversarial', 'critic', 'loss', 'reconstruction']

    Raises:
        ValueError: If the model's prior has fewer classes than `num_classes`.
    Reference:
        Makhzani et al., 2016, https://arxiv.org/abs/1511.05644
    """

    def __init__(
        self, network: keras.Layer | None = None, num_classes: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        check_network("network", network)
        self.network = network
        self.num_classes = num_classes
        self.reads_labels = num_classes is not None

    def critic_for(self, model: "Autoencoder"):
        labels = 0 if self.num_classes is None else self.num_classes + 1
        *positions, units = model.latent.event_shape
        shape = (*positions, units + labels)
        network = self.network or critic(shape)
        network(keras.KerasTensor((None, *shape)))
        return network

    def fit_to(self, model: "Autoencoder"):
        super().fit_to(model)
        if (self.num_classes or 0) > model.prior.num_classes:
            raise ValueError(
                f"A critic that reads labels of {self.num_classes} classes needs a prior with as "
                f"many. Received: {type(model.prior).__name__} with {model.prior.num_classes}. "
                f"Use, for example, kerae.priors.GaussianMixture.ring({self.num_classes})."
            )

    @property
    def known_labels(self):
        return range(-1, self.num_classes)  # pyright: ignore[reportArgumentType]

    def check(self, y: Tensor) -> None:
        check_labels(y, self.known_labels)

    def real(self, model: "Autoencoder", outputs: dict[str, Any]):
        labels = outputs["y"] if self.reads_labels else None
        return outputs["prior"].sample(outputs["noise"], labels=labels)

    def fakes(self, model: "Autoencoder", outputs: dict[str, Any]):
        return [outputs["z"][:, 0]]

    def logit(self, network: Any, value: Tensor, outputs: dict[str, Any]):
        if self.num_classes is not None:
            y = ops.where(outputs["y"] < 0, self.num_classes, outputs["y"])
            value = join(value, one_hot(y, self.num_classes + 1, value.dtype))
        return super().logit(network, value, outputs)
