"""Which of several components, codes or classes is drawn."""

from typing import Any

from keras import ops

from ..checks.types import Tensor


def drawn_index(uniform: Tensor, probabilities: Tensor) -> Tensor:
    """Int32 `(…,)`, each of the given probabilities `(…, count)`.

    Args:
        uniform: Tensor `(…,)` of draws from (0, 1).
        probabilities: Tensor `(…, count)`, or of fewer axes for all alike.
    """
    bounds = ops.cumsum(probabilities, axis=-1)
    index = ops.sum(ops.cast(ops.expand_dims(uniform, -1) >= bounds, "int32"), axis=-1)
    # The last bound may be a little below 1. Left out, of one index none would remain to sum,
    # which ONNX Runtime fails at.
    return ops.minimum(index, bounds.shape[-1] - 1)


def drawn_number(uniform: Tensor, count: Any) -> Tensor:
    """Int32 `(…,)` from 0 to `count` - 1, each as likely, of draws `(…,)` from (0, 1)."""
    count = ops.convert_to_tensor(count, "int32")
    number = ops.cast(ops.floor(uniform * ops.cast(count, uniform.dtype)), "int32")
    # Rounding can make a draw that is nearly 1 the number after the last.
    return ops.minimum(number, count - 1)


def drawn_component(noise: Any, probabilities: Tensor, labels: Tensor = None) -> Tensor:
    """Indices `(batch,)` of components of the given probabilities; labels from 0 on are kept."""
    component = drawn_index(noise.uniform(()), probabilities)
    if labels is None:
        return component
    labels = ops.cast(labels, "int32")
    return ops.where(labels >= 0, labels, component)
