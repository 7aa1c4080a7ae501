import keras
from keras import ops

from ..checks.types import Tensor
from .autoregressive import Autoregressive
from .conditioned import limited


@keras.saving.register_keras_serializable("kerae.flows")
class MaskedAutoregressive(Autoregressive):
    """Moves each element as the elements of y before it say: undone at once, made one by one.

        y_i = exp(alpha_i) z_i + mu_i,   mu, alpha = network(y, h)
        log |det df/dz| = sum over i of alpha_i        nats

    with mu_i and alpha_i functions of the elements before y_i and of a context h. alpha is limited,
    smoothly, to [-5, 5]; the paper's has no limit, and there is no batch normalization between
    flows here. `forward` takes a pass of the network for each dimension: a flow for densities, such
    as those of priors.

    Args:
        latent_dim: Integer, the number of dimensions.
        widths: Sequence of integers, the units of the hidden layers of the network, a
            `kerae.networks.MADE`. Defaults to one of 128.
        reverse: Boolean, whether elements come in the opposite order, as in every second flow of
            several. Defaults to `False`.
        context_dim: Integer, the size of h. Defaults to 0, for none.

    Example:

    >>> flow = kerae.flows.MaskedAutoregressive(2)
    >>> z, log_det = flow.inverse(keras.ops.zeros((5, 2)))
    >>> tuple(z.shape), tuple(log_det.shape)
    ((5, 2), (5,))

    Raises:
        ValueError: If a number is too small, or `widths` no sequence of positive integers.
    Reference:
        Papamakarios et al., 2017, https://arxiv.org/abs/1705.07057
    """

    def forward(self, z: Tensor, context: Tensor = None) -> tuple[Tensor, Tensor]:
        def element(z, shift, log_scale):
            log_scale = limited(log_scale)
            return ops.exp(log_scale) * z + shift, log_scale

        return self.in_turn(element, z, context)

    def inverse(self, y: Tensor, context: Tensor = None) -> tuple[Tensor, Tensor]:
        shift, log_scale = self.shift_and_scale(y, context)
        log_scale = limited(log_scale)
        return ops.exp(-log_scale) * (y - shift), -ops.sum(log_scale, axis=-1)
