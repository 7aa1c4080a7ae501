"""What autoregressive flows have in common."""

from collections.abc import Callable, Sequence
from typing import Any

from keras import ops

from ..checks.types import Tensor
from .conditioned import Conditioned


class Autoregressive(Conditioned):
    """Moves each element by a shift and a scale that depend on the elements before it.

    Both are functions of what is known in one direction, which is computed at once; the other
    direction takes a pass of the network for each element. Arguments as for `Conditioned`.
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
        self.network = self.network_of(range(1, latent_dim + 1), num_outputs=2)

    def shift_and_scale(self, z: Tensor, context: Tensor) -> tuple[Tensor, Tensor]:
        """The two numbers for each element, which those of `z` before it determine."""
        outputs = self.network(z, context)
        return outputs[..., 0], outputs[..., 1]

    def in_turn(self, element: Callable, given: Tensor, context: Tensor) -> tuple[Tensor, Tensor]:
        """What solves found = element(given, *shift_and_scale(found)), one element after the other.

        Args:
            element: Function of `given`, shift and scale to what is found and its log-slope.
            given: Tensor `(…, latent_dim)`.
            context: As for `forward`.
        Returns:
            What is found, of the shape of `given`, and the sum of the log-slopes.
        """
        found, log_slope = ops.zeros_like(given), ops.zeros_like(given)
        for place in range(self.latent_dim):
            moved, log_slope = element(given, *self.shift_and_scale(found, context))
            found = ops.where(ops.equal(self.places(), place), moved, found)
        return found, ops.sum(log_slope, axis=-1)
