"""A gated PixelCNN: what codes of a map are, as those above and to the left of them say."""

from typing import Any

import keras
from keras import layers, ops

from ..checks.types import Tensor
from .convolutional import FORMAT


class GatedPixelCNN(layers.Layer):
    """Logits of the code at each place, of the codes at those before it, row by row.

    Convolutions see rows and columns up to their own; what they see first is shifted by one, down
    in the vertical stack and to the right in the horizontal one. So no place is left out. Of a map
    that is given beside, each place sees what lies around it on all sides.

    Args:
        num_codes: Integer.
        num_classes: Integer, of labels that are given beside the codes; 0 for none.
        width: Integer, the channels.
        num_layers: Integer.
        kernel_size: Odd integer.
        num_given: Integer, the codes of a map that is given beside; 0 for none.
    """

    def __init__(
        self,
        num_codes: int,
        num_classes: int,
        width: int,
        num_layers: int,
        kernel_size: int,
        num_given: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        shape, policy = (None, None, None, width), self.dtype_policy
        spread = keras.initializers.RandomNormal(stddev=1.0)
        self.embedding = layers.Embedding(num_codes, width, spread, dtype=policy)
        self.of_given: Any = None
        if num_given:
            form = {"padding": "same", "activation": "relu", "data_format": FORMAT}
            self.of_given = layers.Embedding(num_given, width, spread, dtype=policy)
            self.around = layers.Conv2D(width, kernel_size, **form, dtype=policy)
            self.of_given.build()
            self.around.build(shape)
        self.gated = [
            GatedLayer(shape, num_classes, kernel_size, num_given > 0, dtype=policy)
            for _ in range(num_layers)
        ]
        self.hidden = layers.Dense(width, "relu", dtype=policy)
        self.head = layers.Dense(num_codes, kernel_initializer="zeros", dtype=policy)
        self.embedding.build()
        self.hidden.build(shape)
        self.head.build(shape)
        self.built = True

    def call(self, indices: Tensor, labels: Tensor = None, given: Tensor = None) -> Tensor:
        given = None if given is None else self.read(given, indices.shape[1] // given.shape[1])
        return self.logits(self.embedding(indices), labels, given)

    def read(self, given: Tensor, factor: int) -> Tensor:
        """What is seen of a map of codes, `factor` times as large."""
        embedded = ops.repeat(ops.repeat(self.of_given(given), factor, axis=1), factor, axis=2)
        return self.around(embedded)

    def logits(self, embedded: Tensor, labels: Tensor = None, given: Tensor = None) -> Tensor:
        """Of `(batch, height, width, channels)`, of shape `(batch, height * width, num_codes)`."""
        vertical = _padded(embedded, top=1)[:, :-1]
        horizontal = _padded(embedded, left=1)[:, :, :-1]
        for each in self.gated:
            vertical, horizontal = each(vertical, horizontal, labels, given)
        logits = self.head(self.hidden(ops.relu(horizontal)))
        return ops.reshape(logits, (-1, logits.shape[1] * logits.shape[2], logits.shape[3]))


class GatedLayer(layers.Layer):
    """One layer of both stacks; the horizontal one reads what the vertical one sees."""

    def __init__(
        self, shape: Any, num_classes: int, kernel_size: int, has_given: bool, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.half, width, policy = kernel_size // 2, shape[-1], self.dtype_policy
        spread = keras.initializers.RandomNormal(stddev=0.5)
        rows, form = self.half + 1, {"data_format": FORMAT, "dtype": policy}
        self.vertical = layers.Conv2D(2 * width, (rows, kernel_size), **form)
        self.horizontal = layers.Conv2D(2 * width, (1, rows), **form)
        self.across = layers.Dense(2 * width, dtype=policy)
        self.last = layers.Dense(width, dtype=policy)
        self.of_classes = [
            layers.Embedding(num_classes, 2 * width, spread, dtype=policy)
            for _ in range(2 if num_classes else 0)
        ]
        self.of_given = [
            layers.Dense(2 * width, use_bias=False, dtype=policy)
            for _ in range(2 if has_given else 0)
        ]
        for each in (self.vertical, self.horizontal, self.last, *self.of_given):
            each.build(shape)
        self.across.build((*shape[:-1], 2 * width))
        for each in self.of_classes:
            each.build()
        self.built = True

    def call(
        self, vertical: Tensor, horizontal: Tensor, labels: Tensor = None, given: Tensor = None
    ):
        half = self.half
        of_v = of_h = 0.0
        if labels is not None:
            of_v, of_h = (ops.expand_dims(each(labels), (1, 2)) for each in self.of_classes)
        if given is not None:
            own_v, own_h = (each(given) for each in self.of_given)
            of_v, of_h = of_v + own_v, of_h + own_h
        v = self.vertical(_padded(vertical, top=half, left=half, right=half)) + of_v
        h = self.horizontal(_padded(horizontal, left=half)) + self.across(v) + of_h
        return _gated(v), horizontal + self.last(_gated(h))


def _padded(x, top=0, left=0, right=0):
    return ops.pad(x, ((0, 0), (top, 0), (left, right), (0, 0)))


def _gated(x):
    signal, gate = ops.split(x, 2, axis=-1)
    return ops.tanh(signal) * ops.sigmoid(gate)
