"""Convolutions for XLA on a CPU, whose gradients are slow there, as products of matrices.

A kernel of K x K taps becomes n x n blocks of s x s taps, for the stride s and n = K / s, rounded
up: on images of which s x s pixels lie side by side it is one of n x n taps and stride 1.
"""

from functools import reduce

import jax
import keras
from jax import lax
from jax import numpy as jnp

ENOUGH = 8  # numbers that one product of a pair of taps gives for each place
FEW = 16  # numbers of a place of which all taps are multiplied at once


def conv(x, kernel, strides, padding, data_format):
    """As `keras.ops.conv`; with strides on a CPU, products of matrices whose results are added."""
    x, kernel = map(keras.ops.convert_to_tensor, (x, kernel))
    if not _is_for_products(x, data_format) or max(strides) == 1:
        return keras.ops.conv(x, kernel, strides, padding, data_format=data_format)
    sides, taps, (channels, features) = x.shape[1:3], kernel.shape[:2], kernel.shape[2:]
    blocks = _in_blocks(kernel, strides)
    counts = blocks.shape[0], blocks.shape[2]
    places, margins = zip(*map(_places, sides, taps, strides, counts, (padding, padding)))
    x = lax.pad(x, jnp.zeros((), x.dtype), [(0, 0, 0), *margins, (0, 0, 0)])
    larger = [place + n - 1 for place, n in zip(places, counts)]
    x = x.reshape(-1, larger[0], strides[0], larger[1], strides[1], channels)
    x = x.transpose(0, 1, 3, 2, 4, 5).reshape(-1, *larger, strides[0] * strides[1] * channels)
    blocks = blocks.transpose(0, 2, 1, 3, 4, 5).reshape(-1, x.shape[-1], features)
    shifted = [
        x[:, i : i + places[0], j : j + places[1]].reshape(-1, x.shape[-1])
        for i in range(counts[0])
        for j in range(counts[1])
    ]
    if x.shape[-1] <= FEW:
        shifted, blocks = [jnp.concatenate(shifted, axis=1)], [blocks.reshape(-1, features)]
    full = jnp.promote_types(x.dtype, "float32")
    products = [
        jnp.matmul(*each, preferred_element_type=full) for each in zip(shifted, blocks, strict=True)
    ]
    return reduce(jnp.add, products).astype(x.dtype).reshape(-1, *places, features)


def _places(side, k, s, n, padding):
    """How many places the kernel is put at, and what is added before and after."""
    places = -(-side // s) if padding == "same" else (side - k) // s + 1
    before = max((places - 1) * s + k - side, 0) // 2 if padding == "same" else 0
    return places, (before, (places + n - 1) * s - side - before, 0)


def _is_for_products(x, data_format):
    return jax.default_backend() == "cpu" and data_format == "channels_last" and x.ndim == 4


def _in_blocks(kernel, strides):
    """The kernel, with zeros up to whole blocks, as `(n, s, n, s, …)`."""
    counts = [-(-k // s) for k, s in zip(kernel.shape, strides)]
    to_blocks = [(0, n * s - k) for n, k, s in zip(counts, kernel.shape, strides)]
    kernel = jnp.pad(kernel, [*to_blocks, (0, 0), (0, 0)])
    return kernel.reshape(counts[0], strides[0], counts[1], strides[1], *kernel.shape[2:])


def conv_transpose(x, kernel, strides, padding, data_format):
    """As `keras.ops.conv_transpose`; on a CPU, products of matrices whose results are added up.

    Each block makes s x s pixels of every place, which lie side by side; the images of blocks that
    are neighbors are shifted by one place.
    """
    x, kernel = map(keras.ops.convert_to_tensor, (x, kernel))
    if not _is_for_products(x, data_format):
        return keras.ops.conv_transpose(x, kernel, strides, padding, data_format=data_format)
    sides, taps, (channels, features) = x.shape[1:3], kernel.shape[:2], kernel.shape[2:]
    kernel = _in_blocks(kernel, strides)
    counts = kernel.shape[0], kernel.shape[2]
    made = (*strides, channels)  # of a place, by one block
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
