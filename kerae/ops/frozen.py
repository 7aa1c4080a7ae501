"""A network as seen by those whom it judges: it passes gradients on, and takes none."""

import keras
from keras import ops


def frozen(layer):
    """The function that `layer` is now: gradients go to its inputs, and to none of its variables.

    Whatever a call would change in the layer, such as moving averages, stays as it is.
    """

    def call(*args, **kwargs):
        values = [(variable, ops.stop_gradient(variable.value)) for variable in layer.variables]
        with keras.StatelessScope(state_mapping=values):
            return layer(*args, **kwargs)

    return call
