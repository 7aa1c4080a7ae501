"""Values of one function with the gradient of another."""

from keras import ops

from ..checks.types import Tensor


def with_gradient_of(value: Tensor, surrogate: Tensor) -> Tensor:
    """`value`, exactly, with the gradient that `surrogate` has.

    Args:
        value: Tensor.
        surrogate: Finite tensor of its shape.

    Example:

    >>> value, surrogate = keras.ops.convert_to_tensor([2.0, 0.1])
    >>> float(kerae.ops.with_gradient_of(value, surrogate))
    2.0
    """
    return ops.stop_gradient(value) + (surrogate - ops.stop_gradient(surrogate))


def scaled_gradient(x: Tensor, scale: Tensor) -> Tensor:
    """`x` itself, with its gradient multiplied by `scale`.

    Being `x` and no function of it, it lets XLA compute once what is also computed of `x`.

    Args:
        x: Tensor.
        scale: Tensor that broadcasts to its shape, which gets no gradient.

    Example:

    >>> np.asarray(kerae.ops.scaled_gradient(np.ones(2, "float32"), np.zeros(2, "float32")))
    array([1., 1.], dtype=float32)
    """
    return _scaled(ops.convert_to_tensor(x), ops.stop_gradient(ops.convert_to_tensor(scale)))


@ops.custom_gradient
def _scaled(x, scale):
    def gradient(*args, upstream=None):
        # PyTorch names it, and gives the arguments before; TensorFlow and JAX give it alone.
        upstream = args[0] if upstream is None else upstream
        return upstream * scale, ops.zeros_like(scale)

    return x, gradient


def tangential_gradient(rows: Tensor) -> Tensor:
    """Rows of length 1, with their gradient without its part along them.

        g <- g - (g . d) d        for each row d

    A step along what is left turns a row and, to first order, does not change its length.

    Args:
        rows: Tensor `(n, size)`, each row of length 1.

    Example:

    >>> rows = np.array([[0.6, 0.8]], "float32")
    >>> np.asarray(kerae.ops.tangential_gradient(rows))
    array([[0.6, 0.8]], dtype=float32)
    """
    # Reshaped, that is read: TensorFlow takes no variable.
    return _tangential(ops.reshape(rows, rows.shape))


@ops.custom_gradient
def _tangential(rows):
    def gradient(*args, upstream=None):
        upstream = args[0] if upstream is None else upstream
        return upstream - ops.sum(upstream * rows, axis=-1, keepdims=True) * rows

    return rows, gradient
