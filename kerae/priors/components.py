"""Which component of a mixture a code is drawn from."""

from typing import Any

from keras import ops

from ..checks.types import Tensor


def drawn_component(noise: Any, probabilities: Tensor, labels: Tensor = None) -> Tensor:
    """Indices `(batch,)` of components of the given probabilities; labels from 0 on are kept."""
    bounds = ops.cumsum(probabilities)[:-1]
    is_above = ops.expand_dims(noise.uniform(()), 1) >= bounds
    component = ops.sum(ops.cast(is_above, "int32"), axis=1)
    if labels is None:
        return component
    labels = ops.cast(labels, "int32")
    return ops.where(labels >= 0, labels, component)
