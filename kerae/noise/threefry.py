"""Random bits as a function of a key and a counter, of integers alone: alike on every backend.

Of operations that the runtimes of exported models know as well, and compute alike: not all have
`bitwise_and`, `bitwise_or` and `left_shift`; some saturate where a sum overflows, or compute what
follows a sum with it in floats.
"""

from typing import Any

import numpy as np
from keras import ops

from ..backend import one_operation
from ..checks.types import Tensor

_ROTATIONS = ((13, 15, 26, 6), (17, 29, 16, 24))
_PARITY = 0x1BD11BDA


def int32(value: Tensor):
    """The 32-bit pattern of a Python integer as a signed scalar, which every backend can add."""
    return int(np.uint32(value % 2**32).view(np.int32))


def _shift_right(word, bits):
    """The word moved down by at least 2 bits, with zeros from above."""
    sign = ops.right_shift(word, 31)  # -1 for negative words, else 0
    return ops.right_shift(word, bits) - sign * 2 ** (32 - bits)


def _rotate_left(word, bits):
    return word * 2**bits + _shift_right(word, 32 - bits)


def wrapping_sum(words: Tensor):
    """The sum over the last axis modulo 2^32, by halves of the words whose sums do not overflow."""
    high = ops.right_shift(words + 2**15, 16)
    sums = ops.cast(ops.sum(ops.stack([words - high * 2**16, high]), axis=-1), "int32")
    return sums[0] + sums[1] * 2**16


@one_operation
def threefry(key: Any, counter: Any):
    """The counter-based random generator Threefry-2x32 with 20 rounds.

    Args:
        key: Pair of int32 tensors, read as 32-bit patterns.
        counter: Pair of int32 tensors; both pairs broadcast together.
    Returns:
        Pair of int32 tensors of 32 random bits each.
    Reference:
        Salmon et al., 2011, https://doi.org/10.1145/2063384.2063405
    """
    parity = ops.bitwise_xor(ops.bitwise_xor(key[0], key[1]), int32(_PARITY))
    schedule = (key[0], key[1], parity)
    x0, x1 = counter[0] + schedule[0], counter[1] + schedule[1]
    for group in range(5):
        for bits in _ROTATIONS[group % 2]:
            x0 = x0 + x1
            x1 = ops.bitwise_xor(_rotate_left(x1, bits), x0)
        x0 = x0 + schedule[(group + 1) % 3]
        x1 = x1 + schedule[(group + 2) % 3] + (group + 1)
    return x0, x1


@one_operation
def to_uniform(bits: Tensor):
    """Maps 32 random bits to the middle of one of 2^23 equal parts of (0, 1), exact in float32."""
    return (ops.cast(_shift_right(bits, 9), "float32") + 0.5) / 2**23
