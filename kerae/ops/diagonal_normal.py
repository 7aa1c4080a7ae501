import math
from typing import NamedTuple

from keras import ops

from ..checks.types import Tensor


class DiagonalNormal(NamedTuple):
    """Normals with independent elements, one a row.

        N(z; mean, diag(exp(log_variance)))

    Args:
        mean: Tensor `(rows, …)`.
        log_variance: Tensor of the same shape.
    """

    mean: Tensor
    log_variance: Tensor

    def made_of(self, noise: Tensor) -> Tensor:
        """The draw that standard normal noise of the same shape becomes."""
        return self.mean + ops.exp(0.5 * self.log_variance) * noise

    def log_prob(self, z: Tensor) -> Tensor:
        """log N(z) in nats, of shape `(rows,)`."""
        squared = ops.square(z - self.mean) * ops.exp(-self.log_variance)
        return _of_rows(-0.5 * (squared + self.log_variance + math.log(2 * math.pi)))

    def kl_from(self, other: "DiagonalNormal") -> Tensor:
        """KL(self || other) in nats, of shape `(rows,)`."""
        log_ratio = self.log_variance - other.log_variance
        squared = ops.square(self.mean - other.mean) * ops.exp(-other.log_variance)
        return _of_rows(0.5 * (squared + ops.exp(log_ratio) - 1.0 - log_ratio))

    def times(self, other: "DiagonalNormal") -> "DiagonalNormal":
        """The normal whose density is the product of both, but for a factor.

        Its precision, the inverse of the variance, is the sum of both, and its mean that of their
        means, weighted by their precisions.
        """
        weight = ops.sigmoid(other.log_variance - self.log_variance)
        return DiagonalNormal(
            weight * self.mean + (1.0 - weight) * other.mean,
            -ops.logaddexp(-self.log_variance, -other.log_variance),
        )


def _of_rows(values):
    return ops.sum(values, axis=tuple(range(1, len(values.shape))))
