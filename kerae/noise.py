"""Where random numbers come from: fresh ones for training, repeatable ones for everything else.

Training draws from a `keras.random.SeedGenerator`, so that no two steps are alike. Evaluation,
importance sampling and sampling draw from a counter-based generator keyed by the example: the
noise of an image depends on that image and the seed alone, not on the batch it came in, on what
was computed before, or on the backend. Nothing in the model changes when it is used.
"""

import math

import numpy as np
from keras import ops, random

from .backend import one_operation, replica_rows

_ROTATIONS = ((13, 15, 26, 6), (17, 29, 16, 24))
_PARITY = 0x1BD11BDA


def int32(value):
    """The 32-bit pattern of a Python integer as a signed scalar, which every backend can add."""
    return int(np.uint32(value % 2**32).view(np.int32))


# Of operations that the runtimes of exported models know as well, and compute alike: not all have
# `bitwise_and`, `bitwise_or` and `left_shift`; some saturate where a sum overflows, or compute what
# follows a sum with it in floats.


def _shift_right(word, bits):
    """The word moved down by at least 2 bits, with zeros from above."""
    sign = ops.right_shift(word, 31)  # -1 for negative words, else 0
    return ops.right_shift(word, bits) - sign * 2 ** (32 - bits)


def _rotate_left(word, bits):
    return word * 2**bits + _shift_right(word, 32 - bits)


def _wrapping_sum(words):
    """The sum over the last axis modulo 2^32, by halves of the words whose sums do not overflow."""
    high = ops.right_shift(words + 2**15, 16)
    sums = ops.cast(ops.sum(ops.stack([words - high * 2**16, high]), axis=-1), "int32")
    return sums[0] + sums[1] * 2**16


@one_operation
def threefry(key, counter):
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
def _to_uniform(bits):
    """Maps 32 random bits to the middle of one of 2^23 equal parts of (0, 1), exact in float32."""
    return (ops.cast(_shift_right(bits, 9), "float32") + 0.5) / 2**23


@one_operation
def _to_normal(bits, more_bits):
    """Box and Muller's transform."""
    radius, angle = _to_uniform(bits), _to_uniform(more_bits)
    return ops.sqrt(-2.0 * ops.log(radius)) * ops.cos(2.0 * math.pi * angle)


class FreshNoise:
    """New draws at every call, for training.

    Replicas that share a batch draw for all of it, and take the rows of their own examples: one
    device and many train on the same noise.

    Args:
        seed_generator: `keras.random.SeedGenerator`.
        batch_size: Integer or scalar tensor, the number of examples on this replica.
    """

    def __init__(self, seed_generator, batch_size):
        self._seed_generator = seed_generator
        self._batch_size = batch_size
        self._rows, self._first = replica_rows(batch_size)

    def normal(self, shape):
        """Standard normal draws of shape `(batch, *shape)`."""
        return self._own(random.normal((self._rows, *shape), seed=self._seed_generator))

    def uniform(self, shape):
        """Uniform draws in [0, 1) of shape `(batch, *shape)`."""
        return self._own(random.uniform((self._rows, *shape), seed=self._seed_generator))

    def _own(self, draws):
        if self._rows is self._batch_size:
            return draws
        return draws[self._first : self._first + self._batch_size]


class RepeatableNoise:
    """The same draws for the same example and seed, on every backend.

    Args:
        identity: Pair of int32 tensors of shape `(batch,)` that tell examples apart;
            see `identity_of`.
        seed: Integer or int32 scalar tensor.
        skip: Integer or int32 scalar tensor, the number of rows (the first axis of the shapes
            asked for) that were drawn before.
    """

    def __init__(self, identity, seed, skip=0):
        seed = ops.convert_to_tensor(int32(seed) if isinstance(seed, int) else seed, "int32")
        self._key = threefry((seed, ops.zeros_like(seed)), identity)
        self._skip = skip
        self._draws = 0

    @staticmethod
    @one_operation
    def identity_of(x):
        """Identifies each example of a batch by its content, exactly, in wrapping integers."""
        flat = ops.reshape(ops.cast(x, "float32"), (-1, math.prod(x.shape[1:])))
        grid = ops.cast(ops.round(ops.clip(flat, -16384.0, 16384.0) * 65536.0), "int32")
        position = ops.arange(flat.shape[1], dtype="int32")
        zero = ops.zeros_like(position)
        multipliers = threefry((zero, zero), (position, zero))
        return tuple(
            _wrapping_sum(grid * (ops.right_shift(word, 1) * 2 + 1)) for word in multipliers
        )

    def _bits(self, shape):
        first = self._skip * math.prod(shape[1:])
        position = ops.expand_dims(ops.arange(math.prod(shape), dtype="int32") + first, 0)
        draw = ops.full_like(position, self._draws)
        self._draws += 1
        key = tuple(ops.expand_dims(word, 1) for word in self._key)
        return tuple(ops.reshape(word, (-1, *shape)) for word in threefry(key, (position, draw)))

    def normal(self, shape):
        """Standard normal draws of shape `(batch, *shape)`."""
        return _to_normal(*self._bits(shape))

    def uniform(self, shape):
        """Uniform draws in (0, 1) of shape `(batch, *shape)`."""
        return _to_uniform(self._bits(shape)[0])
