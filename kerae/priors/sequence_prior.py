"""Priors over codes in a row, by a transformer."""

import math
from typing import Any

import keras
import numpy as np
from keras import ops

from ..checks.types import Tensor
from ..networks.transformer import Transformer, check_heads
from .code_prior import CodePrior
from .components import drawn_index


class SequencePrior(CodePrior):
    """All codes of an example in a row, each a token.

    Where there are several levels, they stand one after another, and each has tokens of its own:
    those of the second level are counted on from those of the first.

    Args:
        num_classes: Integer, the number of classes.
        width: Integer, of tokens.
        num_layers: Integer.
        num_heads: Integer that divides `width`.

    Attributes:
        causal: Boolean, whether a place is told of those before it alone.
    Raises:
        ValueError: If a number is too small, `num_heads` does not divide `width`, or the latent of
            a model is no quantizer.
    """

    causal: bool

    def __init__(
        self, num_classes: int, width: int, num_layers: int, num_heads: int, **kwargs: Any
    ) -> None:
        super().__init__(num_classes, **kwargs)
        check_heads(width, num_layers, num_heads)
        self.width = width
        self.num_layers = num_layers
        self.num_heads = num_heads

    @property
    def num_tokens(self) -> int:
        return sum(num_codes for _, num_codes in self.levels)

    def make_network(self) -> keras.Layer:
        return Transformer(
            self.length,
            self.num_tokens,
            self.num_classes,
            self.width,
            self.num_layers,
            self.num_heads,
            self.causal,
            dtype=self.dtype_policy,
        )

    def in_a_row(self, indices: Tensor) -> Tensor:
        """Tokens `(batch, length)` of indices."""
        return ops.reshape(indices, (-1, self.length)) + self._of_place(0)

    def in_places(self, tokens: Tensor) -> Tensor:
        """Indices of tokens `(batch, length)`."""
        return ops.reshape(tokens - self._of_place(0), (-1, *self.places))

    def possible(self, logits: Tensor, place: Tensor = None) -> Tensor:
        """Logits, of which those of other levels than that of the place are out of the question.

        Args:
            logits: Tensor `(…, num_tokens)` of one place, or of all on the axis before.
            place: Integer tensor, the place, or `None` for all.
        """
        if len(self.levels) == 1:
            return logits
        token = ops.arange(self.num_tokens, dtype="int32")
        first, last = (ops.expand_dims(self._of_place(end, place), -1) for end in (0, 1))
        return ops.where(ops.logical_and(token >= first, token <= last), logits, -1e9)

    def drawn(self, uniform: Tensor, logits: Tensor, place: Tensor = None) -> Tensor:
        """Tokens drawn by `possible` logits, of draws from (0, 1)."""
        token = drawn_index(uniform, ops.softmax(logits))
        # Rounding can make a draw that is nearly 1 a token of the next level.
        return ops.clip(token, *(self._of_place(end, place) for end in (0, 1)))

    def _of_place(self, end, place=None):
        """The first, or the last, of the tokens of a place, or of all."""
        lengths = [math.prod(places) for places, _ in self.levels]
        counts = [num_codes for _, num_codes in self.levels]
        ends = np.cumsum([0, *counts])[:-1] if end == 0 else np.cumsum(counts) - 1
        of_all = ops.convert_to_tensor(np.repeat(ends, lengths), "int32")
        return of_all if place is None else ops.take(of_all, place, axis=0)
