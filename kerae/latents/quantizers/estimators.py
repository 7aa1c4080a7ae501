"""How the gradient of a quantized code comes to the vector that was quantized."""

from keras import ops

from ...checks.types import Tensor
from ...ops.gradients import with_gradient_of

SMALLEST = 1e-6  # of a length that is divided by


def direction(a: Tensor) -> Tensor:
    """The vectors with length 1; those that are nearly 0 stay short."""
    return a / ops.sqrt(ops.maximum(_dot(a, a), SMALLEST**2))


def straight_through(x: Tensor, code: Tensor) -> Tensor:
    """The code, with the gradient as if it were `x`.

    Reference:
        Bengio et al., 2013, https://arxiv.org/abs/1308.3432
    """
    return with_gradient_of(code, x)


def rotated(x: Tensor, code: Tensor) -> Tensor:
    """The code, with the gradient as if it were `x` turned and stretched onto it, both held fixed.

        code = |code| / |x| R x,   R = I - 2 r r^T + 2 q e^T,   r = (e + q) / |e + q|

    with e and q of length 1 in the directions of `x` and of the code.

    Reference:
        Fifty et al., 2024, https://arxiv.org/abs/2410.06424
    """
    fixed, code = ops.stop_gradient(x), ops.stop_gradient(code)
    e, q = direction(fixed), direction(code)
    r = direction(e + q)
    turned = x - 2 * r * _dot(r, x) + 2 * q * _dot(e, x)
    return with_gradient_of(code, turned * _length(code) / ops.maximum(_length(fixed), SMALLEST))


ESTIMATORS = {"straight_through": straight_through, "rotation": rotated}


def _dot(a, b):
    return ops.sum(a * b, axis=-1, keepdims=True)


def _length(a):
    return ops.sqrt(_dot(a, a))
