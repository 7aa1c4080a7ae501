from collections.abc import Sequence
from typing import Any

import keras

from ..checks.numbers import check_count, check_positive
from ..checks.types import Tensor
from .coupling import Coupling
from .rational_quadratic import rational_quadratic


@keras.saving.register_keras_serializable("kerae.flows")
class NeuralSpline(Coupling):
    """Moves half of the elements by splines, as the other half says: quick both ways.

        y_1 = z_1,   y_2 = g(z_2; theta),   theta = network(z_1, h)
        log |det df/dz| = sum over elements of log g'        nats

    with halves z_1 and z_2, and a context h. g is a monotone rational-quadratic spline on
    [-tail_bound, tail_bound], the identity beyond: linear tails. Halves change places from one flow
    to the next, where the paper has random permutations or linear layers between them.

    Args:
        latent_dim: Integer, the number of dimensions.
        num_bins: Integer, the pieces of a spline. Defaults to 8.
        tail_bound: Float, where the tails begin. Defaults to 3.
        widths: Sequence of integers, the units of the hidden layers of the network. Defaults to one
            of 128.
        reverse: Boolean, whether it is the first half that is moved, as in every second flow of
            several. Defaults to `False`.
        context_dim: Integer, the size of h. Defaults to 0, for none.

    Example:

    >>> flow = kerae.flows.NeuralSpline(2)
    >>> y, log_det = flow.forward(keras.ops.zeros((5, 2)))
    >>> z, _ = flow.inverse(y)
    >>> tuple(z.shape), tuple(log_det.shape)
    ((5, 2), (5,))

    Raises:
        ValueError: If a number is too small, or `widths` no sequence of positive integers.
    Reference:
        Durkan et al., 2019, https://arxiv.org/abs/1906.04032 (RQ-NSF (C))
    """

    def __init__(
        self,
        latent_dim: int,
        num_bins: int = 8,
        tail_bound: float = 3.0,
        widths: Sequence[int] = (128,),
        reverse: bool = False,
        context_dim: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(latent_dim, widths, reverse, context_dim, **kwargs)
        check_count("num_bins", num_bins)
        check_positive("tail_bound", tail_bound)
        self.num_bins = num_bins
        self.tail_bound = tail_bound
        self.network = self.network_of_halves(num_outputs=3 * num_bins - 1)

    def element(self, value: Tensor, parameters: Tensor, inverse: bool) -> tuple[Tensor, Tensor]:
        return rational_quadratic(value, parameters, self.num_bins, self.tail_bound, inverse)
