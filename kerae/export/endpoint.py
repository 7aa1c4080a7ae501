"""One question that an exported model answers."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Input:
    """What one input of an endpoint takes.

    Args:
        shape: Tuple, without the axis of examples.
        dtype: String, `"float32"`, `"int32"`, or `"string"` for bytes.
        description: String.
        low: The least value, or `None` where there is no limit.
        high: The greatest value, or `None`; where it is another at some place, nested lists of
            `shape`.
    """

    shape: tuple[int, ...]
    dtype: str
    description: str
    low: float | None = None
    high: float | list | None = None

    def drawn(self, count: int, seed: int = 0):
        """An array of `count` random values that it takes."""
        generator = np.random.default_rng(seed)
        shape = (count, *self.shape)
        if "int" in self.dtype:
            low, high = (0, 1) if self.low is None else (self.low, self.high)
            return generator.integers(low, high, size=shape, dtype=self.dtype, endpoint=True)  # pyright: ignore[reportArgumentType, reportCallIssue]
        if self.low is None:
            return generator.normal(size=shape).astype(self.dtype)
        return generator.uniform(self.low, self.high, size=shape).astype(self.dtype)  # pyright: ignore[reportArgumentType, reportCallIssue]


@dataclass(frozen=True)
class Endpoint:
    """A function of a model, and what it takes and gives.

    Args:
        description: String.
        inputs: Dict of `Input` by name.
        outputs: Dict of descriptions by name.
        function: From tensors by the names of the inputs to a dict of tensors, of Keras
            operations.
    """

    description: str
    inputs: dict[str, Input]
    outputs: dict[str, str]
    function: Callable
