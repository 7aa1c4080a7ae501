from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from ..checks.types import Tensor
from ..geometry import Sphere
from ..ops.sphere import log_area, on_sphere
from .prior import Prior, refuse_labels

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


@keras.saving.register_keras_serializable("kerae.priors")
class UniformSphere(Prior):
    """The uniform density on the sphere of codes of length 1.

        log p(z) = -log area,   area = 2 pi^(latent_dim / 2) / Gamma(latent_dim / 2)        nats

    Example:

    >>> prior = kerae.priors.UniformSphere()
    >>> float(prior.log_prob(np.array([[0.0, 0.0, 1.0]], "float32"))[0])  # area 4 pi
    -2.531024...
    """

    space = Sphere

    def fit_to(self, model: "Autoencoder") -> None:
        super().fit_to(model)
        event_shape = model.latent.event_shape
        if len(event_shape) != 1 or event_shape[0] < 2:
            raise ValueError(
                "Expected codes of at least 2 coordinates under a UniformSphere. Received: a "
                f"model with codes of shape {event_shape}. Change its `latent_dim`."
            )

    def tried_in(self) -> dict[str, Any]:
        from ..latents import VonMisesFisher

        return super().tried_in() | {"latent": VonMisesFisher(3)}

    def log_prob(self, z: Tensor) -> Tensor:
        return ops.zeros_like(z[..., 0]) - log_area(z.shape[-1])

    def sample(self, noise: Any, labels: Tensor = None) -> Tensor:
        refuse_labels(self, labels)
        return on_sphere(noise.normal(self.event_shape))
