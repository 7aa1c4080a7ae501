"""What an autoencoder asks of its code."""

import math
from typing import TYPE_CHECKING, Any

from keras import ops

from ..checks.types import Shape, Tensor
from ..geometry import Euclidean
from ..part import Part

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


class Latent(Part):
    """Turns the encoder's features into a code.

    `latent(features)` gives the parameters of q(z|x) as a dict of tensors, its *posterior*.
    Subclasses define `call`, `mode` and either `sample`, and where there is a density `log_prob`,
    as functions of the posterior alone, or `draw`, and `log_posterior`, where a draw needs more of
    the pass or gives more than codes.

    Attributes:
        event_shape: Tuple, the shape of one code: `(latent_dim,)`, or that of a map. Known once
            the latent is built on the encoder's features.
        has_density: Boolean, whether codes are drawn from a density q(z|x), without which there
            is no KL and no likelihood bound.
        draws_by_gradient: Boolean, whether a draw takes the gradient of the decoder, which formats
            other than SavedModel do not hold.
        geometry: `kerae.geometry.Geometry`, the space that codes lie in; flat by default.
        categorical_variables: Tuple of ranges, for each categorical variable the elements of a flat
            code that are its one-hot vector.
        served: Dict, what an exported encoder gives: `mean`, the deterministic code, and tensors
            of the posterior, each with what it is.
    """

    event_shape: tuple
    has_density = False
    draws_by_gradient = False
    geometry = Euclidean()
    categorical_variables: tuple[range, ...] = ()
    served = {"mean": "The code."}

    @property
    def continuous_dimensions(self) -> list[int]:
        """The elements of a flat code that belong to no categorical variable."""
        of_categories = {place for each in self.categorical_variables for place in each}
        return [place for place in range(math.prod(self.event_shape)) if place not in of_categories]

    @property
    def draws_alone(self) -> bool:
        """Whether codes, and the density of any code, follow from the posterior alone."""
        return type(self).sample is not Latent.sample

    def tried_in(self) -> dict[str, Any]:
        from ..terms import KLDivergence, Reconstruction

        terms = [Reconstruction(), KLDivergence()] if self.has_density else [Reconstruction()]
        return {"latent": self, "terms": terms}

    def mode(self, posterior: dict[str, Any]) -> Tensor:
        """The deterministic code, of shape `(batch, *event_shape)`."""
        raise NotImplementedError

    def sample(
        self, posterior: dict[str, Any], noise: Any, num_samples: int | None = None
    ) -> Tensor:
        """Codes drawn from q(z|x), of shape `(batch, num_samples, *event_shape)`."""
        raise NotImplementedError

    def log_prob(self, posterior: dict[str, Any], z: Tensor) -> Tensor:
        """log q(z|x) in nats, of shape `(batch, num_samples)`."""
        raise ValueError(
            f"{type(self).__name__} codes have no density, and so the model has no likelihood "
            "bound. Use a stochastic latent such as kerae.latents.Normal."
        )

    def draw(
        self, model: "Autoencoder", outputs: dict, num_samples: int | None = None
    ) -> dict[str, Any]:
        """What is drawn in a pass.

        Args:
            model: `kerae.Autoencoder`.
            outputs: Dict, the pass so far, with `posterior`, `noise`, `prior`, `step` and
                `training`.
            num_samples: Integer, or `None` for as many as the latent draws by itself.
        Returns:
            Dict of the codes `z`, of shape `(batch, num_samples, *event_shape)`, and of whatever
            else the latent and the terms of the model read.
        """
        return {"z": self.sample(outputs["posterior"], outputs["noise"], num_samples)}

    @property
    def decoder_shape(self) -> Shape:
        """The shape of what the decoder reads of one code."""
        return self.event_shape

    def for_decoder(self, z: Tensor) -> Tensor:
        """What the decoder reads of codes `(batch, *event_shape)`: by default, the codes."""
        return z

    def indices_in(self, posterior: dict[str, Any]) -> Tensor:
        """The numbers of the likeliest discrete codes, int32, a row an example."""
        raise ValueError(
            f"Expected discrete codes, which have numbers. Received: {self}, whose codes have "
            "none. Take kerae.VQVAE, or a latent such as kerae.latents.VectorQuantizer."
        )

    def log_posterior(self, outputs: dict[str, Any]) -> Tensor:
        """log q(z|x) of the codes of a pass, in nats, of shape `(batch, num_samples)`."""
        return self.log_prob(outputs["posterior"], outputs["z"])

    def kl_divergence(self, outputs: dict[str, Any]) -> Tensor:
        """KL(q(z|x) || p(z)) in nats, of shape `(batch, groups)`: its sum over groups is the KL.

        By default one group, estimated from the codes of the pass:

            KL = mean over samples of log q(z|x) - log p(z)
        """
        log_ratio = self.log_posterior(outputs) - outputs["prior"].log_prob(outputs["z"])
        return ops.mean(log_ratio, axis=1, keepdims=True)
