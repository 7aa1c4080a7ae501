"""Weights that change while a model trains, as functions of the number of training steps."""

import math
import numbers
from typing import Any, TypeAlias

import keras
from keras import ops

from .checks.types import Tensor
from .configurable import Configurable


def value_at(value, step: Tensor):
    """The number itself, or the schedule's value at `step`."""
    return value(step) if isinstance(value, Schedule) else value


class Schedule(Configurable):
    """A number as a function of the training step: `schedule(step)` is a scalar tensor.

    Subclasses define `shape(progress)`, which maps the fraction of `steps` done, in [0, 1],
    to the fraction of the way from `start` to `end`.

    Args:
        start: Float, the value at step 0.
        end: Float, the value from `steps` on.
        steps: Integer, the number of training steps (not epochs) from `start` to `end`.
    Raises:
        ValueError: If `steps` is not positive.
    """

    def __init__(self, start: float, end: float, steps: int) -> None:
        if not all(isinstance(each, numbers.Real) for each in (start, end)):
            raise ValueError(
                f"Expected `start` and `end` of a {type(self).__name__} to be numbers. Received: "
                f"start={start}, end={end}. Give one schedule, of numbers."
            )
        if steps <= 0:
            raise ValueError(f"Expected `steps` to be positive. Received: steps={steps}")
        self.start = start
        self.end = end
        self.steps = steps

    def tried_in(self) -> dict[str, Any]:
        """Arguments of a small `kerae.Autoencoder` in which `kerae.testing` tries the schedule."""
        from .latents import Normal
        from .terms import KLDivergence, Reconstruction

        return {"latent": Normal(2), "terms": [Reconstruction(), KLDivergence(self)]}

    def shape(self, progress: Tensor) -> Tensor:
        raise NotImplementedError

    def __call__(self, step: Tensor) -> Tensor:
        progress = ops.clip(ops.cast(step, "float32") / self.steps, 0.0, 1.0)
        return self.start + (self.end - self.start) * self.shape(progress)


@keras.saving.register_keras_serializable("kerae")
class Linear(Schedule):
    """Goes from `start` to `end` in a straight line.

        value(t) = start + (end - start) * min(t / steps, 1)

    Args:
        start: Float, the value at step 0.
        end: Float, the value from `steps` on.
        steps: Integer, the number of training steps (not epochs) from `start` to `end`.

    Example:

    >>> float(kerae.schedules.Linear(start=0.0, end=4.0, steps=100)(25))
    1.0

    Reference:
        KL annealing: Bowman et al., 2016, https://arxiv.org/abs/1511.06349
    """

    def shape(self, progress: Tensor) -> Tensor:
        return progress


@keras.saving.register_keras_serializable("kerae")
class Cosine(Schedule):
    """Goes from `start` to `end` along half a cosine: slowly at both ends.

        value(t) = start + (end - start) * (1 - cos(pi * min(t / steps, 1))) / 2

    Args:
        start: Float, the value at step 0.
        end: Float, the value from `steps` on.
        steps: Integer, the number of training steps (not epochs) from `start` to `end`.

    Example:

    >>> round(float(kerae.schedules.Cosine(start=0.0, end=4.0, steps=100)(50)), 5)
    2.0
    """

    def shape(self, progress: Tensor) -> Tensor:
        return (1 - ops.cos(math.pi * progress)) / 2


@keras.saving.register_keras_serializable("kerae")
class Cyclical(Schedule):
    """Repeats a linear rise followed by a plateau, `cycles` times within `steps`, then stays.

    Args:
        start: Float, the value at the beginning of each cycle.
        end: Float, the value at the plateau of each cycle.
        steps: Integer, the number of training steps (not epochs) of all cycles together.
        cycles: Integer, the number of cycles. Defaults to 4.
        rise: Float in (0, 1], the part of a cycle spent rising. Defaults to 0.5.

    Example:

    >>> schedule = kerae.schedules.Cyclical(start=0.0, end=1.0, steps=400)
    >>> [float(schedule(step)) for step in (0, 25, 75, 100, 125)]
    [0.0, 0.5, 1.0, 0.0, 0.5]

    Raises:
        ValueError: If `cycles` is below 1 or `rise` is outside (0, 1].
    Reference:
        Fu et al., 2019, https://arxiv.org/abs/1903.10145
    """

    def __init__(
        self, start: float, end: float, steps: int, cycles: int = 4, rise: float = 0.5
    ) -> None:
        super().__init__(start, end, steps)
        if cycles < 1 or not 0 < rise <= 1:
            raise ValueError(
                "Expected `cycles` to be at least 1 and `rise` to be in (0, 1]. "
                f"Received: cycles={cycles}, rise={rise}"
            )
        self.cycles = cycles
        self.rise = rise

    def shape(self, progress: Tensor) -> Tensor:
        position = progress * self.cycles
        within = ops.where(progress >= 1.0, 1.0, position - ops.floor(position))
        return ops.minimum(within / self.rise, 1.0)


@keras.saving.register_keras_serializable("kerae")
class Adjustable(Schedule):
    """Stays where it is put: a weight that a callback changes.

    It is saved with the model, and a run that is resumed goes on with it. Assign between epochs, in
    `on_epoch_begin` or `on_epoch_end`: within one, steps may already be under way.

    Args:
        start: Float, the value until another is assigned.

    Attributes:
        value: Variable, the value.

    Example:

    >>> model = kerae.VAE((8, 8, 1), latent_dim=2, beta=kerae.schedules.Adjustable(0.0))
    >>> def warm_up(epoch, logs):
    ...     model.beta.assign(min(1.0, epoch / 10))
    >>> callback = keras.callbacks.LambdaCallback(on_epoch_begin=warm_up)

    """

    def __init__(self, start: float) -> None:
        self.start = start
        self.value = keras.Variable(
            float(start), trainable=False, aggregation="only_first_replica", name="value"
        )

    def __call__(self, step: Tensor) -> Tensor:
        return ops.convert_to_tensor(self.value)

    def assign(self, value: float) -> None:
        """Sets the value from now on."""
        self.value.assign(value)


Weight: TypeAlias = float | Schedule  # what terms weigh: a number, or one for each step
