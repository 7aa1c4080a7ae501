import math
from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from ..backend import replica_sum
from ..checks.types import Tensor
from ..ops.replicas import batch_mean
from ..schedules import Weight
from .dictionary import residual
from .term import Term, flat, of_each_example

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


@keras.saving.register_keras_serializable("kerae.terms")
class ExplainedVariance(Term):
    """The part of the variance of the data that reconstructions explain.

        value = 1 - sum |x - x_hat|^2 / sum |x - mean|^2

    both sums over all examples of an epoch or an evaluation, and the mean that of these, as in
    `kerae.metrics.explained_variance`. It is logged, and not trained on.
    """

    label = "explained_variance"

    def __init__(self, weight: Weight = 0.0, **kwargs: Any) -> None:
        super().__init__(weight, **kwargs)

    def fit_to(self, model: "Autoencoder") -> None:
        self.size = math.prod(model.target_shape)

    def moments(self, model: "Autoencoder", outputs: dict[str, Any]) -> tuple[Tensor, ...]:
        """Of a batch on all replicas: the sum of |x - x_hat|^2, the mean of x, the sum of
        |x - mean|^2, and the number of examples."""
        error = ops.sum(ops.square(ops.stop_gradient(residual(model, outputs))))
        x = ops.cast(flat(ops.stop_gradient(outputs["target"])), error.dtype)
        mean, count = batch_mean(x), replica_sum(ops.cast(ops.shape(x)[0], x.dtype))
        error = replica_sum(error) / outputs["z"].shape[1]
        return error, mean, replica_sum(ops.sum(ops.square(x - mean))), count

    def value(self, model: "Autoencoder", outputs: dict[str, Any]) -> Tensor:
        error, _, squares, _ = self.moments(model, outputs)
        return of_each_example(_explained(error, squares), outputs)

    def tracker(self, name: str) -> keras.metrics.Metric:
        return _OfMoments(self.size, name)

    def track(
        self, tracker: Any, values: Tensor, model: "Autoencoder", outputs: dict[str, Any]
    ) -> None:
        tracker.update_state(*self.moments(model, outputs))


class _OfMoments(keras.metrics.Metric):
    """The explained variance of all batches: of their means and of what is around these, as sums
    of squares of numbers that are far from 0 would be rounded away."""

    def __init__(self, size, name):
        super().__init__(name=name)
        self.error, self.squares, self.count = (
            self.add_variable((), "zeros", name=each) for each in ("error", "squares", "count")
        )
        self.mean = self.add_variable((size,), "zeros", name="mean")

    def update_state(self, error, mean, squares, count):
        before, former = ops.convert_to_tensor(self.count), ops.convert_to_tensor(self.mean)
        step, after = mean - former, before + count
        between = before * count / after * ops.sum(ops.square(step))
        self.error.assign(self.error + error)
        self.squares.assign(self.squares + squares + between)
        self.mean.assign(former + step * count / after)
        self.count.assign(after)

    def result(self):
        return _explained(ops.convert_to_tensor(self.error), ops.convert_to_tensor(self.squares))


def _explained(error, squares):
    return 1.0 - error / ops.where(squares > 0, squares, 1.0)
