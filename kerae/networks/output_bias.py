from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from keras import ops

if TYPE_CHECKING:
    import keras


def set_output_bias(decoder: "keras.Layer", codes: np.ndarray, parameters_of: Callable) -> None:
    """Makes a decoder's output what is asked for, whatever the code, as long as kernels are small.

    Sets the bias of the last layer that has one: for each element, or where positions share one,
    as in a convolution, for the mean over them. A decoder whose output is not shifted by that bias
    is left as it is.

    Args:
        decoder: Keras model or layer.
        codes: Array of inputs of it, to see what the bias does.
        parameters_of: Function of a tuple of axes of one example, over which the data are averaged
            (each keeps a length of 1), that gives the parameters there, an array.
    """
    biases = [variable for variable in decoder.trainable_variables if variable.name == "bias"]
    if not biases:
        return
    bias = biases[-1]
    before, output = (np.asarray(ops.convert_to_numpy(each)) for each in (bias, decoder(codes)))
    shape = output.shape[1:]
    shared = (1,) * (len(shape) - before.ndim) + before.shape
    if before.size == np.prod(shape):
        shared = shape
    elif len(shared) > len(shape) or any(own not in (1, all) for own, all in zip(shared, shape)):
        return
    axes = tuple(axis for axis, (own, all) in enumerate(zip(shared, shape)) if own < all)
    parameters = np.asarray(parameters_of(axes), before.dtype)
    if parameters.size != before.size:  # where locations and scales share a bias
        return
    parameters = parameters.reshape(shared)
    bias.assign(parameters.reshape(before.shape))
    shift = np.asarray(ops.convert_to_numpy(decoder(codes))) - output
    if not np.allclose(shift, parameters - before.reshape(shared), rtol=1e-2, atol=1e-2):
        bias.assign(before)
