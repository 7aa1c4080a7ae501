"""Densities of data in [0, 1] whose parameters are logits."""

import math
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import ops
from scipy import special

from ..checks.types import Tensor
from .likelihood import Likelihood

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder

ROUNDING = 1e-6  # of values that were scaled to [0, 1]


class UnitInterval(Likelihood):
    """Data in [0, 1]; the decoder gives a logit for each element."""

    support = (0.0, 1.0)

    def log_prob(self, x: Tensor, parameters: Tensor) -> Tensor:
        # As rows: XLA's loops on a CPU are slower where the last axis is one channel.
        return super().log_prob(
            *(ops.reshape(each, (-1, math.prod(each.shape[1:]))) for each in (x, parameters))
        )

    def parameters_of(self, mean: Tensor) -> Any:
        """log(p / (1 - p)) of means p, of which those near an end count as 0.001 from it."""
        return special.logit(np.clip(mean, 0.001, 0.999))

    def check(self, x: Tensor) -> None:
        low, high = x.min(), x.max()
        least, greatest = self.support
        if low < least - ROUNDING or high > greatest + ROUNDING:
            raise ValueError(
                f"{type(self).__name__} takes values in [0, 1]. Received: values from {low:.8g} "
                f"to {high:.8g}. Scale the data (for 8-bit images `x / 255`), or use a likelihood "
                'for real numbers such as likelihood="normal".'
            )

    def fit_to(self, model: "Autoencoder") -> None:
        *_, last = (
            layer
            for layer in getattr(model.decoder, "layers", [model.decoder])
            if not isinstance(layer, keras.layers.Reshape)
        )
        if getattr(last, "activation", None) is keras.activations.sigmoid:
            raise ValueError(
                f"{type(self).__name__} takes logits. Received: a decoder that ends in a sigmoid, "
                f"in its layer {last.name!r}. Remove that activation, which would be applied twice."
            )
