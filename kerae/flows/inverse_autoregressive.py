import keras
from keras import ops

from ..checks.types import Tensor
from .autoregressive import Autoregressive
from .conditioned import limited


@keras.saving.register_keras_serializable("kerae.flows")
class InverseAutoregressive(Autoregressive):
    """Moves each element as the elements of z before it say: made at once, undone one by one.

        y_i = exp(alpha_i) z_i + mu_i,   mu, alpha = network(z, h)
        log |det df/dz| = sum over i of alpha_i        nats

    with mu_i and alpha_i functions of the elements before z_i and of a context h. alpha is limited,
    smoothly, to [-5, 5]. The paper has these steps and, as algorithm 1, a form of them with a
    gate, `sigma z + (1 - sigma) m`, which can only contract: on MNIST it trained behind this one.
    `inverse` takes a pass of the network for each dimension: a flow for posteriors.

    Args:
        latent_dim: Integer, the number of dimensions.
        widths: Sequence of integers, the units of the hidden layers of the network, a
            `kerae.networks.MADE`. Defaults to one of 128.
        reverse: Boolean, whether elements come in the opposite order, as in every second flow of
            several. Defaults to `False`.
        context_dim: Integer, the size of h. Defaults to 0, for none.

    Example:

    >>> flow = kerae.flows.InverseAutoregressive(2)
    >>> y, log_det = flow.forward(keras.ops.zeros((5, 2)))
    >>> z, _ = flow.inverse(y)
    >>> tuple(z.shape), tuple(log_det.shape)
    ((5, 2), (5,))

    Raises:
        ValueError: If a number is too small, or `widths` no sequence of positive integers.
    Reference:
        Kingma et al., 2016, https://arxiv.org/abs/1606.04934
    """

    def forward(self, z: Tensor, context: Tensor = None) -> tuple[Tensor, Tensor]:
        shift, log_scale = self.shift_and_scale(z, context)
        log_scale = limited(log_scale)
        return ops.exp(log_scale) * z + shift, ops.sum(log_scale, axis=-1)

    def inverse(self, y: Tensor, context: Tensor = None) -> tuple[Tensor, Tensor]:
        def element(y, shift, log_scale):
            log_scale = limited(log_scale)
            return ops.exp(-log_scale) * (y - shift), -log_scale

        return self.in_turn(element, y, context)
