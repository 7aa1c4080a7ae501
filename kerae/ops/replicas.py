"""Means over a batch of which each replica of a distributed step has a part."""

from keras import ops

from ..backend import replica_sum
from ..checks.types import Tensor


def batch_mean(x: Tensor) -> Tensor:
    """The mean of `x` over the examples of all replicas, shape `x.shape[1:]`."""
    return replica_sum(ops.sum(x, axis=0)) / replica_sum(ops.cast(ops.shape(x)[0], x.dtype))
