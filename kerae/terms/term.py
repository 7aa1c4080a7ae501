"""One named summand of the objective."""

import math
from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from ..checks.types import Tensor
from ..part import Part
from ..schedules import Schedule, Weight, value_at

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


class Term(Part):
    """A quantity per example that is logged under its name and added to the loss.

        loss = sum over terms of  weight(step) * value        nats per example

    What is logged is the quantity itself; only the total carries the weights. Subclasses set
    `label`, the name in the logs, and define `value`; those that do more than multiply it by
    the weight also define `loss`. A term of weight 0 is watched: logged, but neither multiplied
    nor differentiated, so that it may be infinite.

    Args:
        weight: Float or `kerae.schedules.Schedule`. Defaults to 1.

    Attributes:
        label: String, the name in the logs.
        reads_adversary: Boolean, whether the quantity depends on the model's adversary.
        is_bound: Boolean, whether the quantity is a bound of - log p(x), and so, of each example,
            one of its scores under the model.

    Raises:
        ValueError: If `weight` is a negative number.
    """

    label: str
    reads_adversary = False
    is_bound = False

    def __init__(self, weight: Weight = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.weight = non_negative("weight", weight)

    def tried_in(self) -> dict[str, Any]:
        from ..latents import Normal
        from .reconstruction import Reconstruction

        return {"latent": Normal(2), "terms": [Reconstruction(), self]}

    @property
    def is_watched(self) -> bool:
        """Whether the term is logged, and nothing is trained on it: its weight is the number 0."""
        return not isinstance(self.weight, Schedule) and self.weight == 0

    def begin_fit(self, num_examples: int) -> None:
        """Takes note of how many examples `fit` is given, where they are arrays."""

    def value(self, model: "Autoencoder", outputs: dict) -> Tensor:
        """The quantity, of shape `(batch,)` or `(batch, groups)`: its sum over groups is logged.

        Args:
            model: The `kerae.Autoencoder` that is trained, for its parts.
            outputs: Dict, what `Autoencoder.propagate` gives.
        """
        raise NotImplementedError

    def tracker(self, name: str) -> keras.metrics.Metric:
        """What collects the term over the batches of an epoch under a name in the logs; by default
        its mean."""
        return keras.metrics.Mean(name)

    def track(
        self, tracker: Any, values: Tensor, model: "Autoencoder", outputs: dict[str, Any]
    ) -> None:
        """Adds a batch to `tracker`, whose `values` are those of the examples of all replicas."""
        tracker.update_state(values)

    def loss(self, value: Tensor, step: Tensor) -> Tensor:
        """What is added to the loss, of shape `(batch,)`."""
        return value_at(self.weight, step) * total(value)


def total(value: Tensor) -> Tensor:
    """The sum over groups, of shape `(batch,)`, of counts too as a float."""
    if not keras.backend.is_float_dtype(keras.backend.standardize_dtype(value.dtype)):
        value = ops.cast(value, keras.config.floatx())
    return value if len(value.shape) == 1 else ops.sum(value, axis=-1)


def flat(values: Tensor, axes: Any = 1) -> Tensor:
    """The values as vectors, of all axes but the first ones, which are kept."""
    if len(values.shape) == axes + 1:
        return values
    return ops.reshape(values, (*ops.shape(values)[:axes], math.prod(values.shape[axes:])))


def of_each_example(value: Tensor, outputs: dict[str, Any]) -> Tensor:
    """A number of the whole batch, a scalar, as that of each of its examples: shape `(batch,)`."""
    return ops.broadcast_to(value, ops.shape(outputs["x"])[:1])


def non_negative(name, value: Tensor):
    """The argument itself.

    Raises:
        ValueError: If it is neither a schedule nor a number of at least 0.
    """
    if isinstance(value, Schedule) or (isinstance(value, int | float) and value >= 0):
        return value
    raise ValueError(
        f"Expected `{name}` to be a number of at least 0 or a kerae.schedules.Schedule. "
        f"Received: {name}={value!r}"
    )
