import math

import keras
from keras import layers


def dense_encoder(input_shape, widths=(512,), activation="silu"):
    """Data of any shape to features: Flatten, then one dense layer a width."""
    return keras.Sequential(
        [
            layers.Input(input_shape),
            layers.Flatten(),
            *(layers.Dense(width, activation=activation) for width in widths),
        ],
        name="encoder",
    )


def dense_decoder(code_shape, output_shape, widths=(512,), activation="silu"):
    """A code to parameters of any shape: one dense layer a width, then a linear one."""
    return keras.Sequential(
        [
            layers.Input(code_shape),
            layers.Flatten(),
            *(layers.Dense(width, activation=activation) for width in widths),
            layers.Dense(math.prod(output_shape)),
            layers.Reshape(output_shape),
        ],
        name="decoder",
    )
