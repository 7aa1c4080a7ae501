"""Transposed convolutions for XLA on a CPU, whose gradient of their kernels is slow there."""

from functools import reduce

import jax
import keras
from jax import numpy as jnp

ENOUGH = 8  # numbers that one product of a pair of taps gives for each place


def conv_transpose(x, kernel, strides, padding, data_format):
    """As `keras.ops.conv_transpose`; on a CPU, products of matrices whose results are added up.

    A kernel of K x K taps becomes n x n blocks of s x s taps, for the stride s and n = K / s,
    rounded up. Each block makes s x s pixels of every place, which lie side by side; the images of
    blocks that are neighbors are shifted by one place.
    """
    x, kernel = map(keras.ops.convert_to_tensor, (x, kernel))
    if jax.default_backend() != "cpu" or data_format != "channels_last" or x.ndim != 4:
        return keras.ops.conv_transpose(x, kernel, strides, padding, data_format=data_format)
    sides, taps, (channels, features) = x.shape[1:3], kernel.shape[:2], kernel.shape[2:]
    counts = [-(-k // s) for k, s in zip(taps, strides)]
    to_blocks = [(0, n * s - k) for n, k, s in zip(counts, taps, strides)]
    kernel = jnp.pad(kernel, [*to_blocks, (0, 0), (0, 0)])
    made = (*strides, channels)  # of a place, by one block
    kernel = kernel.reshape(counts[0], strides[0], counts[1], strides[1], channels, features)
    kernel = kernel.transpose(0, 2, 5, 1, 3, 4).reshape(*counts, features, -1)
    blocks = _images(x, kernel)
    larger = [side + n - 1 for side, n in zip(sides, counts)]
    shifted = (
        jnp.pad(blocks[i][j], ((0, 0), (i, counts[0] - 1 - i), (j, counts[1] - 1 - j), (0, 0)))
        for i in range(counts[0])
        for j in range(counts[1])
    )
    whole = reduce(jnp.add, shifted).astype(x.dtype)
    whole = whole.reshape(-1, *larger, *made).transpose(0, 1, 3, 2, 4, 5)
    whole = whole.reshape(-1, *(side * s for side, s in zip(larger, strides)), channels)
    return whole[:, *_kept(sides, taps, strides, padding)]


def _images(x, kernel):
    """What each block makes of all places, a list of lists; summed in float32 at least."""
    full = jnp.promote_types(x.dtype, "float32")
    rows, columns, features, size = kernel.shape
    flat = x.reshape(-1, features)
    if size < ENOUGH:
        together = kernel.transpose(2, 0, 1, 3).reshape(features, -1)
        made = jnp.matmul(flat, together, preferred_element_type=full)
        made = made.reshape(*x.shape[:-1], rows, columns, size)
        return [[made[..., i, j, :] for j in range(columns)] for i in range(rows)]
    return [
        [
            jnp.matmul(flat, block, preferred_element_type=full).reshape(*x.shape[:-1], size)
            for block in row
        ]
        for row in kernel
    ]


def _kept(sides, taps, strides, padding):
    """The part of the image that the padding leaves."""
    for side, k, s in zip(sides, taps, strides):
        over = max(k - s, 0)
        first = over // 2 if padding == "same" else 0
        yield slice(first, first + side * s + (0 if padding == "same" else over))
