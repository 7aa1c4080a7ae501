"""Steps at a threshold, with an estimate of their gradient where they are not smooth."""

from keras import ops

from ..checks.types import Tensor


def jump(x: Tensor, threshold: Tensor, bandwidth: float, to_input: bool = False) -> Tensor:
    """The elements above a threshold and above 0, others 0.

        y = x H(x - t^+),   dy/dt = - t/b K((x - t)/b),   dy/dx = H(x - t^+)  [ + t/b K((x - t)/b) ]

    and t^+ the larger of t and 0,
    with the step H and the kernel K, 1 in (-1/2, 1/2), on both sides of the threshold, else 0. The
    summand in brackets is there with `to_input`.

    Args:
        x: Tensor `(batch, size)`.
        threshold: Tensor `(size,)`, the t.
        bandwidth: Float, the b.
        to_input: Boolean.

    Reference:
        Rajamanoharan et al., 2024, https://arxiv.org/abs/2407.14435
    """

    @ops.custom_gradient
    def call(x, threshold):
        is_above = x > ops.maximum(threshold, 0.0)

        def gradient(*args, upstream=None):
            upstream = args[0] if upstream is None else upstream
            through = _within(x, threshold, bandwidth, upstream) * (threshold / bandwidth)
            to_x = ops.where(is_above, upstream, 0.0)
            return to_x + through if to_input else to_x, -ops.sum(through, axis=0)

        return ops.where(is_above, x, 0.0), gradient

    return call(ops.convert_to_tensor(x), _read(threshold))


def step(x: Tensor, threshold: Tensor, bandwidth: float, to_input: bool = False) -> Tensor:
    """1 for the elements above a threshold, others 0; see `jump`.

    y = H(x - t),   dy/dt = - 1/b K((x - t)/b),   dy/dx = 0  [ + 1/b K((x - t)/b) ]
    """

    @ops.custom_gradient
    def call(x, threshold):
        def gradient(*args, upstream=None):
            upstream = args[0] if upstream is None else upstream
            through = _within(x, threshold, bandwidth, upstream) / bandwidth
            return through if to_input else ops.zeros_like(x), -ops.sum(through, axis=0)

        return ops.cast(x > threshold, x.dtype), gradient

    return call(ops.convert_to_tensor(x), _read(threshold))


def _within(x, threshold, bandwidth, upstream):
    """`upstream` where the kernel is 1, else 0."""
    return ops.where(ops.abs(x - threshold) < bandwidth / 2, upstream, 0.0)


def _read(threshold):
    """The values, which TensorFlow would else read as a variable, within the function."""
    return ops.reshape(threshold, (-1,))
