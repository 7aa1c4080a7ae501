import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import keras


def set_output_bias(decoder: "keras.Layer", parameters: np.ndarray) -> None:
    """Makes a decoder's output about `parameters`, whatever the code, as long as kernels are small.

    Sets the bias of the last layer that has one: for each element, or the mean over positions for
    each channel. A decoder whose output has no such bias is left as it is.

    Args:
        decoder: Keras model or layer.
        parameters: Array of the shape of its output for one example.
    """
    biases = [variable for variable in decoder.trainable_variables if variable.name == "bias"]
    size = math.prod(biases[-1].shape) if biases else 0
    if size == parameters.size:
        biases[-1].assign(parameters.reshape(-1))
    elif size == parameters.shape[-1]:
        biases[-1].assign(parameters.reshape(-1, size).mean(axis=0))
