"""Black-and-white images from gray ones."""

from typing import Any

import keras
import numpy as np
from keras import ops

from ..checks.arguments import check_choice, checked
from ..checks.given import as_array
from ..checks.numbers import check_count
from ..checks.types import ArrayLike, Tensor
from ..noise.fresh import FreshNoise
from ..noise.repeatable import RepeatableNoise
from ..part import Part


@checked
def binarize(x: ArrayLike, seed: int = 0, threshold: float | None = None) -> np.ndarray:
    """Draws each pixel from a Bernoulli distribution whose mean is its gray value.

        b ~ Bernoulli(x),   or b = 1[x > threshold] where a threshold is given

    Args:
        x: Array of any shape, values from 0 to 1.
        seed: Integer; the same seed gives the same draw. Unused with a threshold.
        threshold: Float from 0 up to, not including, 1. Defaults to None, a random draw.
    Returns:
        Float32 array of the shape of `x`, of zeros and ones.
    Raises:
        ValueError: If a value of `x` is NaN or outside [0, 1], or `threshold` outside [0, 1).
    Reference:
        Salakhutdinov and Murray, 2008, https://doi.org/10.1145/1390156.1390266
    Example:
        >>> from kerae.data import binarize
        >>> binarize([0.0, 0.4, 0.6, 1.0], threshold=0.5)
        array([0., 0., 1., 1.], dtype=float32)
    """
    x = as_array(x, "x")
    _check_gray(x)
    if threshold is None:
        check_count("seed", seed, 0)
        return (x > np.random.default_rng(seed).random(x.shape, "float32")).astype(np.float32)
    if not 0 <= threshold < 1:
        raise ValueError(
            f"Expected `threshold` from 0 up to, not including, 1. Received: {threshold}."
        )
    return (x > threshold).astype(np.float32)


def _check_gray(x):
    if not np.all((x >= 0) & (x <= 1)):
        raise ValueError(
            f"Expected values of `x` from 0 to 1. Received: {x.min()} to {x.max()}. "
            "Divide 8-bit pixels by 255 and remove NaN first."
        )


POLICIES = ("threshold", "fixed", "dynamic")


@keras.saving.register_keras_serializable("kerae.data")
class Binarize(Part):
    """Makes gray pixels binary, as `preprocessing=` of a model.

    - `"threshold"`: 1 where the pixel is above `threshold`.
    - `"fixed"`: 1 with the pixel as its probability, drawn once for each image: the draw is a
      function of the image and `seed`.
    - `"dynamic"`: drawn anew at every training step; outside of training as `"fixed"`.

    Args:
        policy: One of the three.
        threshold: Float, for `"threshold"`. Defaults to 0.5.
        seed: Integer, for the repeatable draws. Defaults to 0.

    Call arguments:
        x: Tensor `(batch, ...)` with values in [0, 1].
        training: Boolean, whether `"dynamic"` draws anew.

    Example:

    >>> layer = kerae.data.Binarize("threshold")
    >>> np.asarray(layer(np.array([[0.2, 0.8]], "float32"))).tolist()
    [[0.0, 1.0]]

    Raises:
        ValueError: If the policy is unknown.
    Reference:
        Dynamic binarization: Salakhutdinov and Murray, 2008,
        https://doi.org/10.1145/1390156.1390266
    """

    def __init__(self, policy: str, threshold: float = 0.5, seed: int = 0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        check_choice("policy", policy, POLICIES)
        self.policy = policy
        self.threshold = threshold
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator()

    def check(self, x: np.ndarray) -> None:
        """Raises a `ValueError` if the array `x` is none of gray values."""
        _check_gray(x)

    def call(self, x: Tensor, training: bool = False):
        if self.policy == "threshold":
            return ops.cast(x > self.threshold, self.compute_dtype)
        if self.policy == "dynamic" and training:
            noise = FreshNoise(self.seed_generator, ops.shape(x)[0])
        else:
            noise = RepeatableNoise("binarize", RepeatableNoise.identity_of(x), self.seed)
        return ops.cast(x > noise.uniform(tuple(x.shape[1:])), self.compute_dtype)
