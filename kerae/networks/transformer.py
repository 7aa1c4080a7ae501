"""A small transformer over codes in a row, causal or not."""

import math
from typing import Any

import keras
from keras import layers, ops

from ..checks.numbers import check_count
from ..checks.types import Tensor


class Transformer(layers.Layer):
    """Logits of the code at each place; a token of the class stands before all.

    A causal one reads, at each place, the codes before it, and can be asked place by place
    (`start`, `step`). The other one reads all, of which some may be masked, the number `num_codes`.

    Args:
        length: Integer, the number of places.
        num_codes: Integer.
        num_classes: Integer; 0 for none.
        width: Integer, of tokens.
        num_layers: Integer.
        num_heads: Integer that divides the width.
        causal: Boolean.
    """

    def __init__(
        self,
        length: int,
        num_codes: int,
        num_classes: int,
        width: int,
        num_layers: int,
        num_heads: int,
        causal: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.length, self.causal, policy = length, causal, self.dtype_policy
        start = keras.initializers.RandomNormal(stddev=width**-0.5)
        self.embedding = layers.Embedding(num_codes + (not causal), width, start, dtype=policy)
        self.of_class = layers.Embedding(max(1, num_classes), width, start, dtype=policy)
        tokens = length + (not causal)
        self.positions = self.add_weight(shape=(tokens, width), initializer=start, name="positions")
        self.blocks = [Block(width, num_heads, dtype=policy) for _ in range(num_layers)]
        self.norm = layers.LayerNormalization(dtype=policy)
        self.head = layers.Dense(num_codes, kernel_initializer="zeros", dtype=policy)
        self.embedding.build()
        self.of_class.build()
        self.norm.build((None, tokens, width))
        self.head.build((None, tokens, width))
        self.built = True

    def call(self, indices: Tensor, labels: Tensor = None) -> Tensor:
        return self.logits(self.embedding(indices), labels)

    def logits(self, embedded: Tensor, labels: Tensor = None) -> Tensor:
        """Of `(batch, length, width)`, of shape `(batch, length, num_codes)`."""
        first = ops.expand_dims(self._first(embedded[:, 0], labels), 1)
        seen = embedded[:, :-1] if self.causal else embedded
        x = ops.concatenate([first, seen], axis=1) + self.positions
        order = ops.arange(x.shape[1], dtype="int32")
        mask = ops.expand_dims(order, 1) >= order if self.causal else None
        for block in self.blocks:
            query, *kept = block.read(x)
            x = block(x, query, *kept, mask)
        return self.head(self.norm(x if self.causal else x[:, 1:]))

    def _first(self, like, labels):
        if labels is None:
            labels = ops.zeros_like(like[:, 0], "int32")
        return self.of_class(labels)

    def start(self, like: Tensor, labels: Tensor = None) -> Any:
        """The first token, and the empty caches of keys and values, of as many rows as `like`."""
        first = self._first(like, labels)
        empty = ops.repeat(ops.expand_dims(ops.zeros_like(first), 1), self.length, axis=1)
        return first, tuple((empty, empty) for _ in self.blocks)

    def step(self, place: Tensor, token: Tensor, caches: Any) -> Any:
        """Logits `(batch, num_codes)` at a place, and the caches with what stands there.

        Args:
            place: Integer or scalar tensor.
            token: Tensor `(batch, width)`, the embedded code of the place before, or the first.
            caches: Tuple, as `start` makes it, of pairs of tensors `(batch, length, width)`.
        """
        order = ops.arange(self.length, dtype="int32")
        is_here = ops.expand_dims(ops.equal(order, place), 1)
        mask = ops.expand_dims(order <= place, 0)
        x = ops.expand_dims(token + ops.take(self.positions, place, axis=0), 1)
        updated = []
        for block, cache in zip(self.blocks, caches, strict=True):
            query, *new = block.read(x)
            kept = tuple(ops.where(is_here, one, other) for one, other in zip(new, cache))
            x = block(x, query, *kept, mask)
            updated.append(kept)
        return self.head(self.norm(x))[:, 0], tuple(updated)


class Block(layers.Layer):
    """Attention and two dense layers, each added to its input, and each of what is normalized."""

    def __init__(self, width: int, num_heads: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.num_heads, policy = num_heads, self.dtype_policy
        self.norms = [layers.LayerNormalization(dtype=policy) for _ in range(2)]
        self.projection = layers.Dense(3 * width, dtype=policy)
        self.attended = layers.Dense(width, dtype=policy)
        self.hidden = layers.Dense(4 * width, "gelu", dtype=policy)
        self.last = layers.Dense(width, dtype=policy)
        for each in (*self.norms, self.projection, self.attended, self.hidden):
            each.build((None, None, width))
        self.last.build((None, None, 4 * width))
        self.built = True

    def read(self, x: Tensor) -> Any:
        """Queries, keys and values `(batch, tokens, width)` of tokens."""
        return ops.split(self.projection(self.norms[0](x)), 3, axis=-1)

    def call(self, x: Tensor, query: Tensor, key: Tensor, value: Tensor, mask: Any) -> Tensor:
        """Tokens `x` that attend by `query`, where the mask `(tokens, length)` lets them."""
        query, key, value = (self._heads(each) for each in (query, key, value))
        scores = ops.einsum("bqhd,bkhd->bhqk", query, key) / math.sqrt(query.shape[-1])
        if mask is not None:
            scores = ops.where(mask, scores, -1e9)
        seen = ops.einsum("bhqk,bkhd->bqhd", ops.softmax(scores), value)
        x = x + self.attended(ops.reshape(seen, (-1, *x.shape[1:])))
        return x + self.last(self.hidden(self.norms[1](x)))

    def _heads(self, x):
        return ops.reshape(x, (-1, x.shape[1], self.num_heads, x.shape[2] // self.num_heads))


def check_heads(width: int, num_layers: int, num_heads: int) -> None:
    """Raises a `ValueError` if a number is too small, or the heads do not divide the width."""
    for name, value in (("width", width), ("num_layers", num_layers), ("num_heads", num_heads)):
        check_count(name, value)
    if width % num_heads:
        raise ValueError(
            f"Expected `width` to be a multiple of `num_heads`. Received: width={width} and "
            f"num_heads={num_heads}."
        )
