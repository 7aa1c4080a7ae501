"""What an autoencoder asks of a flow."""

from typing import Any

from keras import ops

from ..checks.types import Tensor
from ..part import Part


class Flow(Part):
    """A function of codes that can be inverted, and how much it stretches space at each.

        y = f(z),   log p(y) = log p(z) - log |det df/dz|

    Subclasses define `forward`, and where the inverse can be computed, `inverse`.

    Attributes:
        latent_dim: Integer, the number of dimensions.
        context_dim: Integer, how many numbers of the context of an example the flow reads; 0 for
            a flow that is the same for all examples.
        has_inverse: Boolean, whether there is an `inverse`, so that the density of any code is
            known; else only of those that the flow itself has made.
    """

    latent_dim: int
    context_dim = 0
    has_inverse = False

    def tried_in(self) -> dict[str, Any]:
        from ..latents import FlowPosterior
        from ..terms import KLDivergence, Reconstruction

        latent = FlowPosterior(self.latent_dim, self)
        return {"latent": latent, "terms": [Reconstruction(), KLDivergence()]}

    def forward(self, z: Tensor, context: Tensor = None) -> tuple[Tensor, Tensor]:
        """From z to y.

        Args:
            z: Tensor `(…, latent_dim)`.
            context: Tensor `(…, context_dim)`, whose axes broadcast to those of `z`, or `None`:
                then nothing depends on the example.
        Returns:
            y, of the shape of `z`, and log |det df/dz| in nats, of shape `(…,)`.
        """
        raise NotImplementedError

    def inverse(self, y: Tensor, context: Tensor = None) -> tuple[Tensor, Tensor]:
        """From y back to z.

        Args:
            y: Tensor `(…, latent_dim)`.
            context: As for `forward`.
        Returns:
            z, and log |det dz/dy|, that of `forward` with the other sign.
        Raises:
            ValueError: If the flow has no inverse.
        """
        raise ValueError(
            "Expected a flow that can be inverted, as the density of codes of others needs it. "
            f"Received: {type(self).__name__}, which tells it of codes alone that it made. Use "
            "one whose `has_inverse` is true, such as kerae.flows.RealNVP."
        )


def shifted(parameters: Any, context: Tensor) -> Tensor:
    """Variables, plus what the context of an example adds to them."""
    values = ops.convert_to_tensor(parameters)
    return values if context is None else values + context
