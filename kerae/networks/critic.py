from collections.abc import Sequence

import keras
from keras import layers

from ..checks.types import Activation, Shape
from .dense import dense_encoder


def critic(
    input_shape: Shape, widths: Sequence[int] = (256, 256), activation: Activation = "leaky_relu"
) -> keras.Model:
    """Anything to one logit: Flatten, one dense layer a width, then a linear unit."""
    return keras.Sequential(
        [dense_encoder(input_shape, widths, activation), layers.Dense(1)], name="critic"
    )
