"""Random numbers that depend on an example, a seed and who draws alone.

A counter-based generator keyed by the example: the noise of an image depends on that image, the
seed and the stream, not on the batch it came in, on what was computed before, or on the backend.
Nothing in the model changes when it is used.
"""

import math
import zlib
from typing import Any

import keras
from keras import ops

from ..backend import one_operation
from ..checks.types import Shape, Tensor
from .threefry import int32, threefry, to_uniform, wrapping_sum


@one_operation
def _to_normal(bits, more_bits):
    """Box and Muller's transform."""
    radius, angle = to_uniform(bits), to_uniform(more_bits)
    return ops.sqrt(-2.0 * ops.log(radius)) * ops.cos(2.0 * math.pi * angle)


class RepeatableNoise:
    """The same draws for the same stream, example and seed, on every backend.

    Args:
        stream: String, who draws. Those of different names draw independently of each other, also
            for the same example and seed; so no two parts share a name.
        identity: Pair of int32 tensors of shape `(batch,)` that tell examples apart;
            see `identity_of`.
        seed: Integer or int32 scalar tensor.
        skip: Integer or int32 scalar tensor, the number of rows (the first axis of the shapes
            asked for) that were drawn before.
    """

    def __init__(self, stream: str, identity: Any, seed: Tensor, skip: Tensor = 0) -> None:
        seed = ops.convert_to_tensor(int32(seed) if isinstance(seed, int) else seed, "int32")
        name = ops.full_like(seed, int32(zlib.crc32(stream.encode())))
        self._key = threefry((seed, name), identity)
        self._skip = skip
        self._draws = 0

    @staticmethod
    @one_operation
    def identity_of(x: Tensor):
        """Identifies each example of a batch by its content, exactly, in wrapping integers."""
        flat = ops.reshape(x, (-1, math.prod(x.shape[1:])))
        if "float" in keras.backend.standardize_dtype(flat.dtype):
            flat = ops.clip(ops.cast(flat, "float32"), -16384.0, 16384.0)
            grid = ops.cast(ops.round(flat * 65536.0), "int32")
        else:
            # The same for small integers; large ones are told apart too, by their upper half.
            word = ops.cast(flat, "int32")
            grid = word * 65536 + (ops.right_shift(word, 16) - ops.right_shift(word, 31))
        position = ops.arange(flat.shape[1], dtype="int32")
        zero = ops.zeros_like(position)
        multipliers = threefry((zero, zero), (position, zero))
        return tuple(
            wrapping_sum(grid * (ops.right_shift(word, 1) * 2 + 1)) for word in multipliers
        )

    def _bits(self, shape):
        first = self._skip * math.prod(shape[1:])
        position = ops.expand_dims(ops.arange(math.prod(shape), dtype="int32") + first, 0)
        draw = ops.full_like(position, self._draws)
        self._draws += 1
        key = tuple(ops.expand_dims(word, 1) for word in self._key)
        return tuple(ops.reshape(word, (-1, *shape)) for word in threefry(key, (position, draw)))

    def normal(self, shape: Shape) -> Tensor:
        """Standard normal draws of shape `(batch, *shape)`."""
        return _to_normal(*self._bits(shape))

    def uniform(self, shape: Shape) -> Tensor:
        """Uniform draws in (0, 1) of shape `(batch, *shape)`."""
        return to_uniform(self._bits(shape)[0])
