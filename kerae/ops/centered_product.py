from keras import ops

from ..checks.types import Tensor


def centered_product(x: Tensor, center: Tensor, kernel: Tensor) -> Tensor:
    """(x - b) W, of which the gradient for b costs no product of a whole batch.

    Autodiff of the expression would multiply the gradient of each example with W^T, and then sum
    over the examples; here the sum comes first.

    Args:
        x: Tensor `(batch, size)`.
        center: Tensor `(size,)`, the vector b.
        kernel: Tensor `(size, units)`, the matrix W, in whose precision they are multiplied.
    Returns:
        Tensor `(batch, units)`.

    Example:

    >>> x, center = np.ones((2, 3), "float32"), np.ones(3, "float32")
    >>> np.asarray(kerae.ops.centered_product(x, center, 2 * np.eye(3, dtype="float32")))[0]
    array([0., 0., 0.], dtype=float32)
    """
    x, center, kernel = map(ops.convert_to_tensor, (x, center, kernel))
    fixed = ops.stop_gradient(center)
    moved = ops.expand_dims(center - fixed, 0)  # zeros, through which b gets its gradient
    x, moved = (ops.cast(each, kernel.dtype) for each in (x - fixed, moved))
    return ops.matmul(x, kernel) - ops.matmul(moved, ops.stop_gradient(kernel))
