"""What flows with a network have in common."""

from collections.abc import Sequence
from typing import Any

from keras import ops

from ..checks.numbers import check_count
from ..checks.parts import checked_shape
from ..checks.types import Tensor
from ..networks import MADE
from .flow import Flow

LOG_SCALE_LIMIT = 5.0


class Conditioned(Flow):
    """Moves each element by a function of its own, with numbers that a network makes of others.

    Subclasses make the `network`, by `network_of`.

    Args:
        latent_dim: Integer, the number of dimensions.
        widths: Sequence of integers, the units of the network's hidden layers. Defaults to one of
            128.
        reverse: Boolean, whether the elements are taken from the last to the first, as every
            second flow of several should. Defaults to `False`.
        context_dim: Integer, the size of the context that the network reads. Defaults to 0.
    """

    has_inverse = True

    def __init__(
        self,
        latent_dim: int,
        widths: Sequence[int] = (128,),
        reverse: bool = False,
        context_dim: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        check_count("latent_dim", latent_dim)
        check_count("context_dim", context_dim, least=0)
        self.latent_dim = latent_dim
        self.widths = checked_shape("widths", widths, least_axes=0)
        self.reverse = reverse
        self.context_dim = context_dim

    def network_of(self, degrees: Sequence[int], num_outputs: int) -> MADE:
        """The network of which the elements, in their order, have these degrees."""
        return MADE(
            degrees[::-1] if self.reverse else degrees,
            num_outputs,
            self.widths,
            context_dim=self.context_dim,
            dtype=self.dtype_policy,
        )

    def places(self) -> Tensor:
        """Where each element stands in their order, from 0 on."""
        places = ops.arange(self.latent_dim)
        return self.latent_dim - 1 - places if self.reverse else places


def limited(log_scale: Tensor) -> Tensor:
    """A logarithm between -5 and 5: itself where it is small."""
    return LOG_SCALE_LIMIT * ops.tanh(log_scale / LOG_SCALE_LIMIT)
