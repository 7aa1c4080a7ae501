"""The nearest of many vectors, in bounded memory."""

import keras
import numpy as np
from keras import ops

from ..backend import argmax, fori_loop
from ..checks.types import Tensor

AT_ONCE = 512  # codes whose distances to all vectors are in memory together
# Fewer blocks than these are unrolled, which ONNX Runtime can read; more are a loop, without which
# XLA would have all of them in memory.
UNROLLED = 8


def nearest(x: Tensor, codes: Tensor) -> Tensor:
    """For each vector the place of the code that is nearest to it, the first one of several.

        argmin over k of |x - e_k|^2 = argmax over k of  x . e_k - 1/2 |e_k|^2

    in full precision, since in half of it many codes are equally near. Takes 2 kB of memory a
    vector, however many codes there are; on JAX and TensorFlow up to 16 kB for up to 4,096 codes.

    Args:
        x: Tensor `(…, code_dim)`.
        codes: Tensor `(num_codes, code_dim)`.
    Returns:
        Tensor `(…,)` of int32, without a gradient.

    Example:

    >>> x = np.array([[0.4], [0.5], [0.9]], "float32")
    >>> np.asarray(kerae.ops.nearest(x, np.array([[0.0], [1.0]], "float32")))
    array([0, 0, 1], dtype=int32)
    """
    x, codes = (_in_full(ops.stop_gradient(ops.convert_to_tensor(each))) for each in (x, codes))
    # As one more dimension: the product then is the score, and no second array of its size.
    x = ops.concatenate([x, ops.ones_like(x[..., :1])], axis=-1)
    half = -0.5 * ops.sum(ops.square(codes), axis=-1, keepdims=True)
    codes = ops.concatenate([codes, half], axis=-1)
    count = codes.shape[0]
    # The last block begins earlier where it would be shorter.
    starts = np.minimum(np.arange(AT_ONCE, count, AT_ONCE), count - AT_ONCE).astype("int32")

    def nearer(start, found):
        index, best = found
        at, score = _best(x, ops.slice(codes, (start, 0), (AT_ONCE, codes.shape[1])))
        is_nearer = score > best
        return ops.where(is_nearer, at + start, index), ops.where(is_nearer, score, best)

    found = _best(x, codes[:AT_ONCE])
    if len(starts) < UNROLLED:
        for start in starts:
            found = nearer(int(start), found)
    else:
        table = ops.convert_to_tensor(starts)
        found = fori_loop(
            0, len(starts), lambda step, found: nearer(ops.take(table, step), found), found
        )
    return found[0][..., 0]


def _best(x, codes):
    """The places of the codes with the highest scores, the first of several, and these."""
    scores = ops.matmul(x, ops.transpose(codes))
    at = ops.expand_dims(argmax(scores), -1)
    return at, ops.take_along_axis(scores, at, axis=-1)  # Keras has no maximum of no vectors


def _in_full(tensor):
    return ops.cast(tensor, keras.backend.result_type(tensor.dtype, "float32"))
