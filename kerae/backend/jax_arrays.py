"""Operations on arrays that are another on JAX."""

import jax
from jax.lax import fori_loop as fori_loop
from keras.ops import cond as cond
from keras.ops import segment_sum as segment_sum

from .jax_convolution import conv as conv
from .jax_convolution import conv_transpose as conv_transpose


def scattered(values, places, size):
    rows = jax.numpy.arange(values.shape[0])[:, None]
    zeros = jax.numpy.zeros((values.shape[0], size), values.dtype)
    return zeros.at[rows, places].set(values, unique_indices=True, mode="promise_in_bounds")


def argmax(x):
    return jax.numpy.argmax(x, axis=-1).astype("int32")


def jvp(function, x, tangent):
    return jax.jvp(function, (x,), (tangent,))[1]


def vjp(function, x):
    _, pullback = jax.vjp(function, x)
    return lambda cotangent: pullback(cotangent)[0]
