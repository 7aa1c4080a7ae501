from typing import Any

import keras
from keras import ops

from ..checks.numbers import check_count
from ..checks.parts import checked_activation
from ..checks.types import Activation, Shape, Tensor
from .latent import Latent
from .linear_head import LinearHead


@keras.saving.register_keras_serializable("kerae.latents")
class Deterministic(Latent):
    """A code that is a function of the input: z = activation(W h + b).

    Args:
        latent_dim: Integer, the number of code units.
        activation: Keras activation of the code, or `None` for a linear one.

    Example:

    >>> latent = kerae.latents.Deterministic(latent_dim=2)
    >>> tuple(latent(np.zeros((5, 8), "float32"))["z"].shape)
    (5, 2)

    Raises:
        ValueError: If the encoder's features are not of shape `(batch, features)`.
    """

    def __init__(self, latent_dim: int, activation: Activation = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        check_count("latent_dim", latent_dim)
        self.latent_dim = latent_dim
        self.activation = checked_activation("activation", activation)
        self.event_shape = (latent_dim,)
        self.head = LinearHead(latent_dim, dtype=self.dtype_policy)

    def build(self, input_shape: Shape) -> None:
        self.head.build(input_shape)

    def call(self, features: Tensor):
        return {"z": self.activation(self.head(features))}

    def mode(self, posterior: dict[str, Any]) -> Tensor:
        return posterior["z"]

    def sample(
        self, posterior: dict[str, Any], noise: Any, num_samples: int | None = None
    ) -> Tensor:
        return ops.expand_dims(posterior["z"], 1)
