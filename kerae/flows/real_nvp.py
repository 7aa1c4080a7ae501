from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from ..checks.types import Tensor
from .conditioned import limited
from .coupling import Coupling


@keras.saving.register_keras_serializable("kerae.flows")
class RealNVP(Coupling):
    """Shifts and scales half of the elements, as the other half says: quick both ways.

        y_1 = z_1,   y_2 = exp(s) z_2 + t,   s, t = network(z_1, h)
        log |det df/dz| = sum over elements of s        nats

    with halves z_1 and z_2, and a context h. s is limited, smoothly, to [-5, 5], where the paper
    has a hyperbolic tangent times a trained factor; there is no batch normalization.

    Args:
        latent_dim: Integer, the number of dimensions.
        widths: Sequence of integers, the units of the hidden layers of the network. Defaults to one
            of 128.
        reverse: Boolean, whether it is the first half that is moved, as in every second flow of
            several. Defaults to `False`.
        context_dim: Integer, the size of h. Defaults to 0, for none.

    Example:

    >>> flow = kerae.flows.RealNVP(2)
    >>> y, log_det = flow.forward(keras.ops.zeros((5, 2)))
    >>> z, _ = flow.inverse(y)
    >>> tuple(z.shape), tuple(log_det.shape)
    ((5, 2), (5,))

    Raises:
        ValueError: If a number is too small, or `widths` no sequence of positive integers.
    Reference:
        Dinh et al., 2017, https://arxiv.org/abs/1605.08803
    """

    def __init__(
        self,
        latent_dim: int,
        widths: Sequence[int] = (128,),
        reverse: bool = False,
        context_dim: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(latent_dim, widths, reverse, context_dim, **kwargs)
        self.network = self.network_of_halves(num_outputs=2)

    def element(self, value: Tensor, parameters: Tensor, inverse: bool) -> tuple[Tensor, Tensor]:
        shift, log_scale = parameters[..., 0], limited(parameters[..., 1])
        if inverse:
            return ops.exp(-log_scale) * (value - shift), -log_scale
        return ops.exp(log_scale) * value + shift, log_scale
