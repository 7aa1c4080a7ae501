"""Gradients on whichever backend runs the tests, as NumPy arrays."""

import keras
import numpy as np
from keras import ops


def gradient(function, x):
    """d function(x) / dx for a function of a tensor, or of a list of tensors, to a scalar."""
    x = keras.tree.map_structure(lambda array: ops.convert_to_tensor(array, "float32"), x)
    return keras.tree.map_structure(np.asarray, _FOR_BACKEND[keras.backend.backend()](function, x))


def loss_gradients(model, data, training=False):
    """The gradients of the model's objective, in the order of its trainable variables."""

    def loss(values):
        mapping = zip(model.trainable_variables, values)
        with keras.StatelessScope(state_mapping=list(mapping)):
            return model.objective(data, training)

    return gradient(loss, [ops.convert_to_numpy(v) for v in model.trainable_variables])


def _jax(function, x):
    import jax

    return jax.jit(jax.grad(function))(x)


def _tensorflow(function, x):
    import tensorflow as tf

    with tf.GradientTape() as tape:
        tape.watch(x)
        y = function(x)
    slopes = tape.gradient(y, x, unconnected_gradients="zero")
    return keras.tree.map_structure(tf.convert_to_tensor, slopes)  # those of embeddings are sparse


def _torch(function, x):
    import torch

    x = keras.tree.map_structure(lambda tensor: tensor.detach().requires_grad_(), x)
    y = function(x)
    found = torch.autograd.grad(y, keras.tree.flatten(x), materialize_grads=True)
    return keras.tree.pack_sequence_as(x, [tensor.numpy() for tensor in found])


_FOR_BACKEND = {"jax": _jax, "tensorflow": _tensorflow, "torch": _torch}
