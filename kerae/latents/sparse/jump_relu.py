from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from ...checks.arguments import check_choice
from ...checks.numbers import check_positive
from ...checks.types import Shape, Tensor
from ...ops.jump import jump, step
from .sparse import Sparse

if TYPE_CHECKING:
    from ...schedules import Weight
    from ...terms.term import Term

PENALTIES = ("step", "tanh", "quadratic")


@keras.saving.register_keras_serializable("kerae.latents")
class JumpReLU(Sparse):
    """The features above a threshold that each unit learns.

        z_j = h_j  where h_j > t_j,   else 0

    No gradient shows where a threshold should be, and so it is estimated from the features at most
    half a `bandwidth` b above or below it:

        dz_j / dt_j = - t_j / b   where |h_j - t_j| < b / 2,   else 0

    The penalty is `kerae.terms.ThresholdSparsity`.

    Args:
        threshold: Float, where thresholds start. Defaults to 0.01.
        bandwidth: Float. Defaults to 0.05.
        penalty: `"step"`, `"tanh"` or `"quadratic"`, of `kerae.terms.ThresholdSparsity`. Defaults
            to `"step"`.
        target: Float, the number of active units that `"quadratic"` aims at.
        to_input: Boolean, whether the features get the estimated gradient too. Defaults to false.
        **kwargs: `dead_after`, as for all sparse latents.

    Attributes:
        thresholds: Variable `(latent_dim,)`, the t_j, at least 0.

    Example:

    >>> latent = kerae.latents.JumpReLU(threshold=0.5)
    >>> keras.ops.convert_to_numpy(latent.mode(latent(np.array([[3.0, 0.4]], "float32"))))
    array([[3., 0.]], dtype=float32)

    Raises:
        ValueError: If a number is not positive, the penalty unknown, or `target` missing for
            `"quadratic"`.
    Reference:
        Rajamanoharan et al., 2024, https://arxiv.org/abs/2407.14435
    """

    default_weight = 1.0

    def __init__(
        self,
        threshold: float = 0.01,
        bandwidth: float = 0.05,
        penalty: str = "step",
        target: float | None = None,
        to_input: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        check_positive("threshold", threshold)
        check_positive("bandwidth", bandwidth)
        check_penalty(penalty, target)
        self.threshold = threshold
        self.bandwidth = bandwidth
        self.penalty = penalty
        self.target = target
        self.to_input = to_input

    def build_units(self, shape: Shape) -> None:
        self.thresholds = self.add_weight(
            shape=shape,
            initializer=keras.initializers.Constant(self.threshold),
            constraint=keras.constraints.NonNeg(),
            name="thresholds",
        )

    def terms(self, weight: "Weight") -> "list[Term]":
        from ...terms import ThresholdSparsity

        return [ThresholdSparsity(weight, self.penalty, self.target)]

    def code(self, features: Tensor) -> Tensor:
        thresholds = ops.convert_to_tensor(self.thresholds)
        return jump(features, thresholds, self.bandwidth, self.to_input)

    def num_active(self, features: Tensor) -> Tensor:
        """The number of active units, `(batch,)`, with the gradient of the estimate."""
        thresholds = ops.convert_to_tensor(self.thresholds)
        return ops.sum(step(features, thresholds, self.bandwidth, self.to_input), axis=1)


def check_penalty(penalty: Any, target: Any) -> None:
    """Raises a `ValueError` unless the penalty is known, and has its target where it needs one."""
    check_choice("penalty", penalty, PENALTIES)
    if (penalty == "quadratic") != (target is not None):
        raise ValueError(
            'Expected `target`, a number of active units, with penalty="quadratic" and with no '
            f"other. Received: penalty={penalty!r} and target={target!r}."
        )
    if target is not None:
        check_positive("target", target)
