"""Keeps log-variances where their exponential is a finite float."""

from keras import ops

from ..checks.types import Tensor
from .gradients import with_gradient_of

LOG_VARIANCE_LIMIT = 20.0


def bounded(log_variance: Tensor, limit: float = LOG_VARIANCE_LIMIT) -> Tensor:
    """Limits a log-variance, by default to [-20, 20], a standard deviation to [4.5e-5, 2.2e4].

    The gradient passes as if there were no limit, so that a value outside finds its way back.
    """
    limited = ops.clip(log_variance, -limit, limit)
    return with_gradient_of(limited, log_variance)
