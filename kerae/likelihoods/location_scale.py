"""Densities of real numbers with a location and a scale."""

from typing import Any

import numpy as np
from keras import ops

from ..checks.types import Shape, Tensor
from ..ops.bounded import bounded
from .likelihood import Likelihood


class LocationScale(Likelihood):
    """p(x|z) = product over elements of f((x - location) / scale) / scale.

    Subclasses define `standard_log_prob`, the logarithm of f.

    Args:
        scale: A positive float, fixed; `"learned"` for one trained scalar, which starts at 1;
            or `"predicted"`, for which the decoder gives twice the channels of the data: the
            locations, then as many values of 2 log(scale), limited to [-20, 20].
    """

    def __init__(self, scale: float | str = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        is_positive = isinstance(scale, int | float) and scale > 0
        if scale not in ("learned", "predicted") and not is_positive:
            raise ValueError(
                'Expected `scale` to be a positive number, "learned" or "predicted". '
                f"Received: scale={scale!r}"
            )
        self.scale = scale
        if scale == "learned":
            self.log_scale = self.add_weight(shape=(), initializer="zeros", name="log_scale")

    def parameter_shape(self, data_shape: Shape) -> tuple[int, ...]:
        doubled = 2 if self.scale == "predicted" else 1
        return (*data_shape[:-1], doubled * data_shape[-1])

    def _location_and_log_scale(self, parameters):
        if self.scale == "predicted":
            location, doubled_log_scale = ops.split(parameters, 2, axis=-1)
            return location, 0.5 * bounded(doubled_log_scale)
        if self.scale == "learned":
            return parameters, 0.5 * bounded(2.0 * self.log_scale)
        return parameters, ops.log(ops.cast(self.scale, parameters.dtype))

    def standard_log_prob(self, residual: Tensor) -> Tensor:
        """The log-density at `residual`, (x - location) / scale, for scale 1."""
        raise NotImplementedError

    def elementwise_log_prob(self, x: Tensor, parameters: Tensor) -> Tensor:
        location, log_scale = self._location_and_log_scale(parameters)
        return self.standard_log_prob((x - location) * ops.exp(-log_scale)) - log_scale

    def mean(self, parameters: Tensor) -> Tensor:
        return self._location_and_log_scale(parameters)[0]

    def parameters_of(self, mean: Tensor) -> Any:
        if self.scale != "predicted":
            return mean
        return np.concatenate([mean, np.zeros_like(mean)], axis=-1)
