"""What an autoencoder asks of the noise on its input."""

from typing import Any

import keras
from keras import ops

from ..checks.types import Tensor
from ..noise.fresh import FreshNoise
from ..part import Part


class Corruption(Part):
    """Spoils data at random: x' ~ q(x'|x). Subclasses define `corrupt`.

    As `corruption=` of a model it draws anew at every training step, for each example and
    element, and does nothing outside of training.

    Call arguments:
        x: Tensor `(batch, ...)`.
        training: Boolean, whether the data are spoilt.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.seed_generator = keras.random.SeedGenerator()

    def tried_in(self) -> dict[str, Any]:
        from ..latents import Deterministic

        return {"latent": Deterministic(2), "corruption": self}

    def corrupt(self, x: Tensor, noise: Any) -> Tensor:
        """The data spoilt by random numbers that `noise` draws, in the shape of `x`."""
        raise NotImplementedError

    def call(self, x: Tensor, training: bool = False) -> Tensor:
        if not training:
            return x
        return self.corrupt(x, FreshNoise(self.seed_generator, ops.shape(x)[0]))


def checked_probability(probability: float) -> float:
    """The argument itself.

    Raises:
        ValueError: If it is no number in [0, 1].
    """
    if isinstance(probability, int | float) and 0 <= probability <= 1:
        return probability
    raise ValueError(
        f"Expected `probability` to be a number in [0, 1]. Received: probability={probability!r}"
    )
