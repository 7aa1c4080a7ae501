import keras
from keras import layers

from .dense import dense_encoder


def critic(input_shape, widths=(256, 256), activation="leaky_relu"):
    """Anything to one logit: Flatten, one dense layer a width, then a linear unit."""
    return keras.Sequential(
        [dense_encoder(input_shape, widths, activation), layers.Dense(1)], name="critic"
    )
