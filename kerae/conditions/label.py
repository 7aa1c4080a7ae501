from typing import Any

import keras
import numpy as np
from keras import ops

from ..checks.numbers import check_count
from ..checks.types import Tensor
from .condition import Condition


@keras.saving.register_keras_serializable("kerae.conditions")
class Label(Condition):
    """A class label, one-hot or as a trained vector.

    Args:
        num_classes: Integer; labels are 0 to `num_classes - 1`.
        embedding_dim: `None` for one-hot vectors, or the length of the trained vectors.
        for_encoder: Boolean, whether the encoder too is given it; else only the decoder is.
            Defaults to true.

    Example:

    >>> condition = kerae.conditions.Label(num_classes=3)
    >>> keras.ops.convert_to_numpy(condition(np.array([2, 0])))
    array([[0., 0., 1.],
           [1., 0., 0.]], dtype=float32)

    Raises:
        ValueError: If there are fewer than 2 classes.
    """

    y_shape = ()
    y_dtype = "int32"

    def __init__(self, num_classes: int, embedding_dim: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if num_classes < 2:
            raise ValueError(f"Expected `num_classes` of at least 2. Received: {num_classes}")
        if embedding_dim is not None:
            check_count("embedding_dim", embedding_dim)
        self.num_classes = num_classes
        self.embedding_dim = embedding_dim
        self.size = embedding_dim or num_classes
        if embedding_dim is not None:
            self.embedding = keras.layers.Embedding(num_classes, embedding_dim)

    def call(self, y: Tensor):
        if self.embedding_dim is None:
            return one_hot(y, self.num_classes, self.variable_dtype)
        return self.embedding(y)

    @property
    def is_integer(self):
        return self.embedding_dim is None

    @property
    def known_labels(self):
        return range(self.num_classes)

    def check(self, y: Tensor) -> None:
        check_labels(y, self.known_labels)


def one_hot(y: Tensor, num_classes: int, dtype: Any) -> Tensor:
    """Rows of zeros with a one; Keras' own looks at values on PyTorch, which no graph can hold."""
    return ops.cast(ops.equal(ops.expand_dims(y, -1), ops.arange(num_classes)), dtype)


def check_labels(y: Tensor, allowed) -> None:
    """Raises a `ValueError` unless each label is one of the range `allowed`."""
    unknown = np.unique(y[~np.isin(y, allowed)])
    if len(unknown):
        examples = ", ".join(map(str, unknown[:5])) + (", …" if len(unknown) > 5 else "")
        raise ValueError(
            f"Expected labels from {allowed[0]} to {allowed[-1]}. Received: {examples}. Number the "
            "classes from 0, or make the model with a larger `num_classes`."
        )
