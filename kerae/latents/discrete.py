"""Codes that are one of finitely many, whether they are chosen or drawn."""

import math
from typing import Any

import numpy as np
from keras import ops

from .. import geometry
from ..checks.types import Shape, Tensor
from .latent import Latent


class Discrete(Latent):
    """At each of several places one of finitely many codes, which go by numbers.

    Subclasses set `num_codes` and `index_shape` and define `codes_of`; and `indices_in` where the
    posterior does not tell the `indices`.

    Attributes:
        num_codes: Integer, the number of codes at a place.
        index_shape: Tuple, the shape of the numbers that stand for one vector: `()` for one, or
            `(depth,)` where each is of a codebook of its own.
        places: Tuple, the shape of the indices of one example: `(height, width)` or `()`, followed
            by `index_shape`.
        is_sure: Boolean, whether all of the mass of q(z|x) is on one code, that of the posterior's
            `indices`.
    """

    has_density = True
    geometry = geometry.Discrete()
    num_codes: int
    index_shape: tuple[int, ...] = ()
    is_sure = True

    @property
    def places(self) -> Shape:
        return (*self.event_shape[:-1], *self.index_shape)

    def of_places(self) -> "list[Discrete]":
        """The latents whose places are those of this one, in their order: by default itself."""
        return [self]

    def by_level(self, indices: np.ndarray) -> dict[str, np.ndarray]:
        """The numbers of the codes of each of `of_places`, of those of all, by its name.

        Args:
            indices: Array `(n, *places)`, as `encode_indices` of a model gives them.
        Returns:
            Dict of arrays; by default of `indices`, whose name is empty.
        """
        return {"": indices}

    @property
    def num_codes_at(self) -> np.ndarray:
        """How many codes there are at each place, of shape `places`."""
        return np.full(self.places, self.num_codes, "int32")

    @property
    def num_codebooks(self) -> int:
        """How many numbers stand for one vector."""
        return math.prod(self.index_shape)

    @property
    def log_num_codes(self) -> float:
        """The logarithm of the number of all codes of an example, in nats."""
        return float(np.sum(np.log(self.num_codes_at, dtype="float64")))

    def indices_in(self, posterior: dict[str, Any]) -> Tensor:
        return posterior["indices"]

    def codes_of(self, indices: Tensor) -> Tensor:
        """The codes of their numbers `(…, *index_shape)`."""
        raise NotImplementedError

    def mode(self, posterior: dict[str, Any]) -> Tensor:
        return self.codes_of(self.indices_in(posterior))

    def log_posterior(self, outputs: dict[str, Any]) -> Tensor:
        if self.is_sure:
            return ops.zeros_like(outputs["log_likelihood"])
        return super().log_posterior(outputs)
