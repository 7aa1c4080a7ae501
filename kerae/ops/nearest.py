"""The nearest of many vectors, in bounded memory."""

from keras import ops

from ..backend import argmax
from ..checks.types import Tensor

AT_ONCE = 512  # codes whose distances to all vectors are in memory together


def nearest(x: Tensor, codes: Tensor) -> Tensor:
    """For each vector the place of the code that is nearest to it, the first one of several.

        argmin over k of |x - e_k|^2 = argmax over k of  x . e_k - 1/2 |e_k|^2

    in the precision of the arguments, which should be full: in half precision many codes are
    equally near. Takes 2 kB of memory a vector, however many codes there are.

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
    x, codes = (ops.stop_gradient(ops.convert_to_tensor(each)) for each in (x, codes))
    # As one more dimension: the product then is the score, and no second array of its size.
    x = ops.concatenate([x, ops.ones_like(x[..., :1])], axis=-1)
    half = -0.5 * ops.sum(ops.square(codes), axis=-1, keepdims=True)
    codes = ops.concatenate([codes, half], axis=-1)
    index = best = None
    for start in range(0, codes.shape[0], AT_ONCE):
        scores = ops.matmul(x, ops.transpose(codes[start : start + AT_ONCE]))
        at = ops.expand_dims(argmax(scores), -1)
        score = ops.take_along_axis(scores, at, axis=-1)  # Keras has no maximum of no vectors
        at = at + start
        if best is not None:
            is_nearer = score > best
            at, score = ops.where(is_nearer, at, index), ops.where(is_nearer, score, best)
        index, best = at, score
    return index[..., 0]
