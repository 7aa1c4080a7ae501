import math
from typing import Any

import keras
import numpy as np
from keras import ops

from ..checks.numbers import check_positive
from ..checks.types import Shape, Tensor
from ..ops.packing import Packing, check_names, presence
from . import named
from .likelihood import Likelihood


@keras.saving.register_keras_serializable("kerae.likelihoods")
class Multimodal(Likelihood):
    """Several modalities in one packed array, each with a density of its own; some may be missing.

        log p(x|z) = sum over modalities m that are there of  weight_m * log p(x_m|z)        nats

    A packed array holds the modalities, flat, one after the other, then a flag for each, as
    `kerae.MultimodalVAE.pack` makes it; parameters lie alike, without flags. Means have flags of 1:
    a reconstruction has all modalities. With weights other than 1 it is no density.

    Args:
        modalities: Dict of the shape of one example of each modality, by its name.
        likelihoods: Dict of `kerae.likelihoods.Likelihood`, or their names, by modality. Defaults,
            also for each that it lacks, to `"bernoulli"`.
        modality_weights: Dict of positive floats by modality. Defaults, also for each that it
            lacks, to 1.

    Example:

    >>> shapes = {"image": (2,), "height": (1,)}
    >>> likelihood = kerae.likelihoods.Multimodal(shapes, {"height": "normal"})
    >>> x = np.array([[1, 1, 0.3, 1, 0]], "float32")  # the height is missing
    >>> float(likelihood.log_prob(x, np.zeros((1, 3), "float32"))[0])
    -1.386294...

    Raises:
        ValueError: If `modalities` is no dict of shapes, another dict has a name that is none of
            them, a likelihood is unknown or a weight not positive.
    Reference:
        Wu and Goodman, 2018, https://arxiv.org/abs/1802.05335
    """

    def __init__(
        self,
        modalities: dict,
        likelihoods: dict | None = None,
        modality_weights: dict | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.packing = Packing(modalities)
        self.modalities = self.packing.shapes
        check_names("likelihoods", likelihoods, self.modalities)
        check_names("modality_weights", modality_weights, self.modalities)
        for name, weight in (modality_weights or {}).items():
            check_positive(f"modality_weights[{name!r}]", weight)
        self.likelihoods = likelihoods
        self.modality_weights = modality_weights
        names = list(self.modalities)
        self.each = [named.get((likelihoods or {}).get(name, "bernoulli")) for name in names]
        self.factors = tuple(float((modality_weights or {}).get(name, 1)) for name in names)
        self.parameter_packing = Packing(self.parameter_shapes)
        supports = {each.support for each in self.each}
        self.support = supports.pop() if len(supports) == 1 else (None, None)

    def tried_in(self) -> dict[str, Any]:
        flat = {"preprocessing": keras.layers.Flatten(), "decoder": None}
        return super().tried_in() | flat

    @property
    def parameter_shapes(self) -> dict[str, tuple[int, ...]]:
        """The shape of the parameters of one example of each modality, by its name."""
        shapes = zip(self.each, self.packing.shapes.items())
        return {name: each.parameter_shape(shape) for each, (name, shape) in shapes}

    def parameter_shape(self, data_shape: Shape) -> tuple[int, ...]:
        if tuple(data_shape) != (self.packing.size,):
            raise ValueError(
                f"Expected data of shape {(self.packing.size,)}, the modalities and a flag for "
                f"each. Received: {tuple(data_shape)}. Take kerae.MultimodalVAE, and its `pack`."
            )
        return (self.parameter_packing.num_values,)

    def elementwise_log_prob(self, x: Tensor, parameters: Tensor):
        there = presence(self.packing.flags(x))
        columns = [
            factor * there[:, index, None] * _flat(each.elementwise_log_prob(of_x, of_parameters))
            for index, (factor, each, of_x, of_parameters) in enumerate(
                zip(
                    self.factors,
                    self.each,
                    _shaped(x, self.packing),
                    _shaped(parameters, self.parameter_packing),
                )
            )
        ]
        return ops.concatenate([*columns, ops.zeros_like(there)], axis=1)

    def mean(self, parameters: Tensor) -> Tensor:
        shaped = _shaped(parameters, self.parameter_packing)
        columns = [_flat(each.mean(of_it)) for each, of_it in zip(self.each, shaped)]
        return ops.concatenate([*columns, ops.ones_like(parameters[:, : len(columns)])], axis=1)

    def parameters_of(self, mean: Tensor) -> Any:
        means = zip(self.each, self.packing.shapes.values(), self.packing.columns(mean))
        return np.concatenate(
            [
                each.parameters_of(of_it.reshape(-1, *shape)).reshape(len(of_it), -1)
                for each, shape, of_it in means
            ],
            axis=1,
        )

    def within(self, x: Tensor) -> Tensor:
        columns = [each.within(of_it) for each, of_it in zip(self.each, self.packing.columns(x))]
        there = ops.cast(self.packing.flags(x) > 0.0, x.dtype)
        return ops.concatenate([*columns, there], axis=1)

    def check(self, x: Tensor) -> None:
        if x.ndim == 1:  # the least and the greatest number of batches
            if self.support != (None, None):
                self.each[0].check(x)
            return
        for each, columns in zip(self.each, self.packing.columns(x)):
            each.check(columns)
        flags = self.packing.flags(x)
        if flags.min() < 0 or flags.max() > 1:
            raise ValueError(
                f"Expected flags of 0 or 1 in the last {flags.shape[1]} columns. Received: numbers "
                f"from {flags.min():.8g} to {flags.max():.8g}. Make `x` by `model.pack`."
            )

    def check_density(self, x: Tensor) -> None:
        if any(factor != 1 for factor in self.factors):
            raise ValueError(
                "Expected modalities of weight 1, or there is no density. Received: "
                f"modality_weights={dict(self.modality_weights or {})}. Make another model, "
                "without."
            )
        for each, columns in zip(self.each, self.packing.columns(x)):
            each.check_density(columns)


def _shaped(packed, packing):
    """The modalities of a tensor, each in its shape."""
    shapes = packing.shapes.values()
    columns = packing.columns(packed)
    return [ops.reshape(each, (-1, *shape)) for each, shape in zip(columns, shapes)]


def _flat(tensor):
    return ops.reshape(tensor, (-1, math.prod(tensor.shape[1:])))
