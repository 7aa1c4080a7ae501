"""Random numbers for training: no two steps are alike."""

from typing import Any

from keras import random

from ..backend import replica_rows
from ..checks.types import Shape, Tensor


class FreshNoise:
    """New draws at every call, for training.

    Replicas that share a batch draw for all of it, and take the rows of their own examples: one
    device and many train on the same noise.

    Args:
        seed_generator: `keras.random.SeedGenerator`.
        batch_size: Integer or scalar tensor, the number of examples on this replica.
    """

    def __init__(self, seed_generator: Any, batch_size: Tensor) -> None:
        self._seed_generator = seed_generator
        self._batch_size = batch_size
        self._rows, self._first = replica_rows(batch_size)

    def normal(self, shape: Shape) -> Tensor:
        """Standard normal draws of shape `(batch, *shape)`."""
        return self._own(random.normal((self._rows, *shape), seed=self._seed_generator))

    def uniform(self, shape: Shape) -> Tensor:
        """Uniform draws in [0, 1) of shape `(batch, *shape)`."""
        return self._own(random.uniform((self._rows, *shape), seed=self._seed_generator))

    def _own(self, draws):
        if self._rows is self._batch_size:
            return draws
        return draws[self._first : self._first + self._batch_size]
