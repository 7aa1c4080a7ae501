from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from ..backend import replica_concat, replica_rows
from ..checks.parts import check_network
from ..networks.critic import critic
from .adversary import Adversary

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


@keras.saving.register_keras_serializable("kerae.adversaries")
class DensityRatio(Adversary):
    """Tells codes from codes whose dimensions were drawn independently of each other.

        loss = - log sigmoid(D(z')) - log(1 - sigmoid(D(z))),   z ~ q(z),
                                                         z' ~ product over j of q(z_j)

    Each dimension of z' is that of z in another order of the batch, on all replicas together. The
    best D is log(product of the q(z_j) / q(z)), from which `EstimatedTotalCorrelation` reads how
    far the dimensions are from independent.

    Args:
        network: Keras model or layer from codes to one logit `(batch, 1)`. Defaults to two dense
            layers of 256 units; the paper has six of 1000.

    Example:

    >>> terms = [kerae.Reconstruction(), kerae.terms.EstimatedTotalCorrelation()]
    >>> latent = kerae.latents.Normal(2)
    >>> adversary = kerae.adversaries.DensityRatio()
    >>> model = kerae.Autoencoder((4,), latent, terms=terms, adversary=adversary)
    >>> model.compile()
    >>> sorted(model.evaluate(np.zeros((8, 4), "float32"), return_dict=True, verbose=0))
    ['critic', 'loss', 'reconstruction', 'total_correlation']

    Reference:
        Kim and Mnih, 2018, https://arxiv.org/abs/1802.05983
    """

    def __init__(self, network: keras.Layer | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        check_network("network", network)
        self.network = network

    def critic_for(self, model: "Autoencoder"):
        network = self.network or critic(model.latent.event_shape)
        network(keras.KerasTensor((None, *model.latent.event_shape)))
        return network

    def real(self, model: "Autoencoder", outputs: dict[str, Any]):
        z = outputs["z"][:, 0]
        order = ops.argsort(replica_concat(outputs["noise"].uniform(z.shape[1:])), axis=0)
        shuffled = ops.take_along_axis(replica_concat(z), order, axis=0)
        count = ops.shape(z)[0]
        _, first = replica_rows(count)
        return shuffled[first : first + count]

    def fakes(self, model: "Autoencoder", outputs: dict[str, Any]):
        return [outputs["z"][:, 0]]
