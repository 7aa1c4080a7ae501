"""Weights that are neither those at the start nor extreme."""

import numpy as np
from keras import ops


def move_weights(layer, stddev=0.15, seed=0):
    """Adds normal noise to all trainable variables of a layer, which it gives back."""
    generator = np.random.default_rng(seed)
    for variable in layer.trainable_variables:
        moved = ops.convert_to_numpy(variable) + generator.normal(0, stddev, variable.shape)
        variable.assign(moved)
    return layer
