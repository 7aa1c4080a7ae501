"""What priors share that are trained on codes afterwards."""

import math

import keras

from ..checks.numbers import check_count, check_positive


def falling_adam(
    count: int, epochs: int, batch_size: int, learning_rate: float
) -> keras.optimizers.Optimizer:
    """Adam for a `fit` of so many codes, whose rate falls to 0 along a cosine.

    Raises:
        ValueError: If an argument of `fit` is too small.
    """
    check_count("epochs", epochs)
    check_count("batch_size", batch_size)
    check_positive("learning_rate", learning_rate)
    steps = epochs * math.ceil(count / batch_size)
    return keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(learning_rate, steps))
