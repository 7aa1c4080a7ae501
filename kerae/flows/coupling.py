"""What coupling flows have in common."""

from typing import Any

from keras import ops

from ..checks.types import Tensor
from .conditioned import Conditioned


class Coupling(Conditioned):
    """Leaves the first half of the elements as they are, and moves the others by what these say.

    Of an odd number the second half is the larger one; of a single element it is all there is.
    Subclasses define `element`, and make `network` by `network_of_halves`. Arguments as for
    `Conditioned`.
    """

    def network_of_halves(self, num_outputs: int) -> Any:
        kept = self.latent_dim // 2
        return self.network_of([1] * kept + [2] * (self.latent_dim - kept), num_outputs)

    def element(self, value: Tensor, parameters: Tensor, inverse: bool) -> tuple[Tensor, Tensor]:
        """Each element, moved, and the logarithm of the slope there.

        Args:
            value: Tensor `(…, latent_dim)`, of z, or of y for the inverse.
            parameters: Tensor `(…, latent_dim, num_outputs)` of the network.
            inverse: Boolean.
        """
        raise NotImplementedError

    def forward(self, z: Tensor, context: Tensor = None) -> tuple[Tensor, Tensor]:
        return self._moved(z, context, inverse=False)

    def inverse(self, y: Tensor, context: Tensor = None) -> tuple[Tensor, Tensor]:
        return self._moved(y, context, inverse=True)

    def _moved(self, value, context, inverse):
        moved, log_slope = self.element(value, self.network(value, context), inverse)
        is_moved = self.places() >= self.latent_dim // 2
        log_slope = ops.where(is_moved, log_slope, 0.0)
        return ops.where(is_moved, moved, value), ops.sum(log_slope, axis=-1)
