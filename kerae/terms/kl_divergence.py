from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from ..checks.types import Tensor
from ..schedules import Weight, value_at
from .term import Term, non_negative, total

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


@keras.saving.register_keras_serializable("kerae.terms")
class KLDivergence(Term):
    """The distance of the posterior q(z|x) from the prior p(z).

        value = KL(q(z|x) || p(z))        nats per example
        loss  = weight * | sum over groups j of max(KL_j, free_bits) - capacity |

    The KL of `kerae.latents.Normal` from a standard normal is exact, and each latent dimension is
    a group. Else it is estimated from the codes drawn, and all dimensions together are one group,
    unless the latent's `kl_divergence` says otherwise.

    Args:
        weight: Float or schedule; the beta of the beta-VAE. Defaults to 1.
        capacity: `None`, or float or schedule in nats: the KL that is aimed at.
        free_bits: Float or schedule, in nats of each group (and example): a KL below it costs no
            less. That is per latent dimension where the KL is exact, and of their sum where it is
            estimated, as for any other prior than the standard normal. Defaults to 0.

    Example:

    >>> term = kerae.terms.KLDivergence(weight=4.0, free_bits=1.0)
    >>> float(term.loss(np.array([[0.5, 2.0]]), step=0)[0])  # KL of each of two dimensions
    12.0

    Raises:
        ValueError: If an argument is a negative number.
    Reference:
        Higgins et al., 2017, https://openreview.net/forum?id=Sy2fzU9gl (weight);
        Burgess et al., 2018, https://arxiv.org/abs/1804.03599 (capacity; there of the mean over
        a minibatch, here of each example);
        Kingma et al., 2016, https://arxiv.org/abs/1606.04934 (free bits; there on the mean
        over a minibatch, here per example)
    """

    label = "kl"

    def __init__(
        self,
        weight: Weight = 1.0,
        capacity: Weight | None = None,
        free_bits: Weight = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(weight, **kwargs)
        self.capacity = None if capacity is None else non_negative("capacity", capacity)
        self.free_bits = non_negative("free_bits", free_bits)

    def value(self, model: "Autoencoder", outputs: dict[str, Any]) -> Tensor:
        return model.latent.kl_divergence(outputs)

    def loss(self, value: Tensor, step: Tensor) -> Tensor:
        if self.free_bits != 0.0:
            value = ops.maximum(value, value_at(self.free_bits, step))
        kl = total(value)
        if self.capacity is not None:
            kl = ops.abs(kl - value_at(self.capacity, step))
        return value_at(self.weight, step) * kl
