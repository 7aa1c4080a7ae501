"""What an autoencoder asks of the density of its data."""

import math
from typing import Any

from keras import ops

from ..checks.types import Shape, Tensor
from ..part import Part


class Likelihood(Part):
    """A density p(x|z) whose parameters the decoder gives.

    Subclasses define `elementwise_log_prob` and `mean`, and where they differ from the default
    `parameter_shape` and the checks.

    Attributes:
        support: Pair of the least and the greatest value of data, each `None` for no limit.
    """

    support = (None, None)

    def tried_in(self) -> dict[str, Any]:
        from ..latents import Deterministic

        return {"latent": Deterministic(2), "likelihood": self}

    def parameter_shape(self, data_shape: Shape) -> tuple[int, ...]:
        """The shape that the decoder has to give for one example of shape `data_shape`."""
        return tuple(data_shape)

    def elementwise_log_prob(self, x: Tensor, parameters: Tensor) -> Tensor:
        """log p of each element of `x` (pixel, channel) in nats, in the shape of `x`."""
        raise NotImplementedError

    def log_prob(self, x: Tensor, parameters: Tensor) -> Tensor:
        """log p(x|z) in nats per example, summed over all elements, of shape `(batch,)`."""
        x, parameters = (ops.cast(value, self.compute_dtype) for value in (x, parameters))
        elementwise = self.elementwise_log_prob(x, parameters)
        return ops.sum(ops.reshape(elementwise, (-1, math.prod(elementwise.shape[1:]))), axis=1)

    def mean(self, parameters: Tensor) -> Tensor:
        """The mean of p(x|z), in data space."""
        raise NotImplementedError

    def parameters_of(self, mean: Tensor) -> Any:
        """Parameters, a NumPy array, of a density whose mean is about the array `mean`."""
        raise NotImplementedError

    def within(self, x: Tensor) -> Tensor:
        """The data of the support that are nearest to `x`."""
        low, high = self.support
        x = x if low is None else ops.maximum(x, low)
        return x if high is None else ops.minimum(x, high)

    def check(self, x: Tensor) -> None:
        """Raises a `ValueError` if the NumPy array `x` lies outside of the support."""

    def check_density(self, x: Tensor) -> None:
        """Raises a `ValueError` if p is no density for values like those of `x`."""
