"""How strongly a function reacts to its input."""

import math
from typing import Any

from keras import ops

from .. import backend
from ..checks.types import Tensor


def squared_jacobian_norm(
    function: Any, x: Tensor, output_size: int, noise: Any = None, num_probes: int | None = None
) -> Tensor:
    """The squared Frobenius norm of the Jacobian of a function, for each example of a batch.

        exact:      ||J||^2 = sum over i of ||J^T e_i||^2
        estimated:  1/K sum over k of ||J^T v_k||^2,   the elements of v_k are +1 or -1

    with unit vectors e_i (or probes v_k) of the output; of the input, and J in the place of J^T,
    where that has fewer elements. The estimate is unbiased (Hutchinson).

    Args:
        function: Maps `(batch, …)` to `(batch, output_size)`, each row on its own.
        x: Tensor `(batch, …)`.
        output_size: Integer.
        noise: `kerae.noise.FreshNoise` or `RepeatableNoise`, for an estimate.
        num_probes: Integer K, or `None` for the exact norm.
    Returns:
        Tensor `(batch,)`.
    Reference:
        Hutchinson, 1989, https://doi.org/10.1080/03610918908812806
    """
    input_size = math.prod(x.shape[1:])
    shape = (-1, *x.shape[1:])
    if output_size <= input_size:
        size, product = output_size, backend.vjp(function, x)
    else:
        size = input_size
        product = lambda v: backend.jvp(function, x, ops.reshape(v, shape))  # noqa: E731
    if num_probes is None:
        ones = ops.ones((ops.shape(x)[0], 1), dtype=x.dtype)
        directions = [ones * ops.one_hot([i], size, dtype=x.dtype) for i in range(size)]
    else:
        signs = ops.where(noise.uniform((num_probes, size)) < 0.5, -1.0, 1.0)
        directions = [ops.cast(signs[:, k], x.dtype) for k in range(num_probes)]
    products = [ops.reshape(product(v), (ops.shape(x)[0], -1)) for v in directions]
    return sum(ops.sum(ops.square(p), axis=1) for p in products) / (num_probes or 1)


def checked_num_probes(num_probes: int | None):
    """The argument itself.

    Raises:
        ValueError: If it is neither `None` nor an integer of at least 1.
    """
    if num_probes is None or (isinstance(num_probes, int) and num_probes >= 1):
        return num_probes
    raise ValueError(
        "Expected `num_probes` to be an integer of at least 1, or None. "
        f"Received: num_probes={num_probes!r}"
    )
