import keras
from keras import ops

from ..checks.types import Tensor
from .autoregressive import Autoregressive

GATE = 2.0  # added to s, so that f starts near the identity


@keras.saving.register_keras_serializable("kerae.flows")
class InverseAutoregressive(Autoregressive):
    """Moves each element as the elements of z before it say: made at once, undone one by one.

        y_i = sigma_i z_i + (1 - sigma_i) m_i,   sigma_i = sigmoid(s_i + 2),   m, s = network(z, h)
        log |det df/dz| = sum over i of log sigma_i        nats

    with m_i and s_i functions of the elements before z_i and of a context h. That is the paper's
    algorithm 1, its numerically stable form; the paper starts s near 1 or 2, for a gate that is
    nearly open. `inverse` takes a pass of the network for each dimension: a flow for posteriors.

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
        Kingma et al., 2016, https://arxiv.org/abs/1606.04934 (algorithm 1)
    """

    def forward(self, z: Tensor, context: Tensor = None) -> tuple[Tensor, Tensor]:
        shift, gate = self.shift_and_scale(z, context)
        log_sigma = -ops.softplus(-gate - GATE)
        sigma = ops.exp(log_sigma)
        return sigma * z + (1 - sigma) * shift, ops.sum(log_sigma, axis=-1)

    def inverse(self, y: Tensor, context: Tensor = None) -> tuple[Tensor, Tensor]:
        def element(y, shift, gate):
            log_sigma = -ops.softplus(-gate - GATE)
            sigma = ops.exp(log_sigma)
            return (y - (1 - sigma) * shift) / sigma, -log_sigma

        return self.in_turn(element, y, context)
