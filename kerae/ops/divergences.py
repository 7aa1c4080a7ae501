"""Distances between distributions, as differentiable tensors."""

from typing import Any

import numpy as np
from keras import ops

from ..checks.arguments import check_choice
from ..checks.types import Tensor

# Kernels of squared distances, by the squared distance at which they have fallen to 1/2 or 1/e.
KERNELS = {
    "imq": lambda squared, width: width / (width + squared),
    "rbf": lambda squared, width: ops.exp(-squared / width),
}
RELATIVE_WIDTHS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)


def kl_divergence_normals(
    mean_p: Tensor, scale_tril_p: Tensor, mean_q: Tensor, scale_tril_q: Tensor
) -> Tensor:
    """KL(p || q) between normals with full covariances, given by their Cholesky factors.

        p = N(mu_p, L_p L_p^T),   q = N(mu_q, L_q L_q^T)
        KL = 1/2 * (|L_q^-1 L_p|^2 + |L_q^-1 (mu_q - mu_p)|^2 - d)
             + sum over dimensions of log diag(L_q) - log diag(L_p)        nats

    Leading axes broadcast, so that many posteriors can be compared with one prior.

    Args:
        mean_p: Tensor `(..., d)`.
        scale_tril_p: Tensor `(..., d, d)`, lower triangular with a positive diagonal; what is
            above the diagonal is not read.
        mean_q: Tensor `(..., d)`.
        scale_tril_q: Tensor `(..., d, d)`, like `scale_tril_p`.
    Returns:
        Tensor of the leading shape, in nats.

    Example:

    >>> zero, one = np.zeros(2, "float32"), np.eye(2, dtype="float32")
    >>> float(kerae.ops.kl_divergence_normals(zero + 1, one, zero, one))
    1.0

    Raises:
        ValueError: If the shapes do not fit each other.
    """
    mean_p, scale_tril_p, mean_q, scale_tril_q = map(
        ops.convert_to_tensor, (mean_p, scale_tril_p, mean_q, scale_tril_q)
    )
    _check_normals(mean_p, scale_tril_p, mean_q, scale_tril_q)
    shift = ops.expand_dims(ops.subtract(mean_q, mean_p), -1)
    # Solvers do not broadcast; a column of zeros of the common shape and dtype does it for them.
    column = ops.add(ops.add(scale_tril_p[..., :1], scale_tril_q[..., :1]), shift)
    factor_p, shift, factor_q = (
        ops.add(each, ops.zeros_like(column))
        for each in (ops.tril(scale_tril_p), shift, scale_tril_q)
    )
    whitened = ops.solve_triangular(factor_q, ops.concatenate([factor_p, shift], -1), lower=True)
    squared = ops.sum(ops.square(whitened), axis=(-2, -1)) - factor_p.shape[-1]
    return 0.5 * squared + _log_determinant(factor_q) - _log_determinant(factor_p)


def _log_determinant(scale_tril):
    return ops.sum(ops.log(ops.diagonal(scale_tril, axis1=-2, axis2=-1)), axis=-1)


def _check_normals(*tensors):
    shapes = [tuple(tensor.shape) for tensor in tensors]
    d = shapes[0][-1] if shapes[0] else None
    events = [(d,), (d, d), (d,), (d, d)]
    fits = all(shape[-len(event) :] == event for shape, event in zip(shapes, events))
    try:
        leading = [shape[: -len(event)] for shape, event in zip(shapes, events)]
        np.broadcast_shapes(*(tuple(size or 1 for size in shape) for shape in leading))
    except ValueError:
        fits = False
    if not fits:
        raise ValueError(
            "Expected means of shape (..., d) and Cholesky factors of shape (..., d, d) whose "
            f"leading axes broadcast. Received: mean_p {shapes[0]}, scale_tril_p {shapes[1]}, "
            f"mean_q {shapes[2]}, scale_tril_q {shapes[3]}."
        )


def maximum_mean_discrepancy(
    x: Tensor, y: Tensor, kernel: str = "imq", width: Any = None
) -> Tensor:
    """The squared distance of two distributions in a kernel's space, estimated from samples.

        MMD^2 = mean over i != j of k(x_i, x_j) + mean over i != j of k(y_i, y_j)
                - 2 * mean over i, j of k(x_i, y_j)

        "imq":  k(a, b) = sum over widths of  width / (width + |a - b|^2)
        "rbf":  k(a, b) = sum over widths of  exp(-|a - b|^2 / width)

    The estimate is unbiased: for samples of one distribution it is 0 on average, and so sometimes
    negative.

    Args:
        x: Tensor `(n, d)` with n of at least 2.
        y: Tensor `(m, d)` with m of at least 2.
        kernel: `"imq"`, the inverse multiquadric, or `"rbf"`, the Gaussian.
        width: Positive float or sequence of them, in squared units of the data: the C of the
            inverse multiquadric, twice the squared bandwidth of the Gaussian. Defaults to 0.1,
            0.2, 0.5, 1, 2, 5 and 10 times 2d, which is the mean squared distance between codes of
            unit variance.
    Returns:
        Scalar tensor.

    Example:

    >>> x, y = np.zeros((2, 1), "float32"), np.ones((2, 1), "float32")
    >>> float(kerae.ops.maximum_mean_discrepancy(x, y, width=1.0))  # 1 + 1 - 2 * 1/2
    1.0

    Raises:
        ValueError: If the shapes do not fit each other, the kernel is unknown, or a width is not
            positive.
    Reference:
        Gretton et al., 2012, https://jmlr.org/papers/v13/gretton12a.html (lemma 6);
        Tolstikhin et al., 2018, https://arxiv.org/abs/1711.01558 (inverse multiquadric; the widths
        are those of its code, https://github.com/tolstikhin/wae)
    """
    x, y = ops.convert_to_tensor(x), ops.convert_to_tensor(y)
    if len(x.shape) != 2 or len(y.shape) != 2 or x.shape[1] != y.shape[1]:
        raise ValueError(
            "Expected samples of shapes (n, d) and (m, d). "
            f"Received: {tuple(x.shape)} and {tuple(y.shape)}."
        )
    if 1 in (x.shape[0], y.shape[0]):
        raise ValueError(
            f"Expected at least 2 examples in each sample. Received: {x.shape[0]} and {y.shape[0]}."
        )
    check_choice("kernel", kernel, KERNELS)
    widths = 2 * x.shape[1] * np.array(RELATIVE_WIDTHS) if width is None else np.ravel(width)
    if not (widths > 0).all():
        raise ValueError(f"Expected `width` to be positive. Received: width={width}")

    def mean(a, b, is_same=False):
        # Differences rather than products: exact, and finite in slope, where points coincide.
        squared = ops.sum(ops.square(ops.expand_dims(a, 1) - ops.expand_dims(b, 0)), axis=-1)
        values = sum(KERNELS[kernel](squared, float(each)) for each in widths)
        if not is_same:
            return ops.mean(values)
        n = ops.cast(ops.shape(a)[0], values.dtype)  # pyright: ignore[reportAttributeAccessIssue]
        return (ops.sum(values) - ops.trace(values)) / (n * (n - 1))

    return mean(x, x, is_same=True) + mean(y, y, is_same=True) - 2 * mean(x, y)
