from keras import ops

from ..backend import cond, replica_concat, replica_sum, replicas
from ..checks.types import Tensor

HALVINGS = 32  # after which no other float lies between
CANDIDATES = 4  # times k, the largest elements of a row that are looked at first


def threshold_of(x: Tensor, k: int) -> Tensor:
    """The number above which there are k elements a row, on average over the rows of all replicas.

    Negative elements do not count: where fewer are positive, it is 0. Of several elements that are
    equal to the last to be above it, all are. It is found by halving the interval from 0 to the
    greatest element, with a count of those above at each step, which all replicas add up. Counted
    are the 4 k largest of each row, and all elements only where a row has more above, or there are
    several replicas, which do not branch.

    Args:
        x: Tensor `(rows, size)`.
        k: Integer.
    Returns:
        Scalar tensor, below the element that is the last to be above it by next to nothing.

    Example:

    >>> from kerae.ops.threshold import threshold_of
    >>> x = np.array([[3.0, -1.0, 2.0], [4.0, 5.0, 1.0]], "float32")
    >>> t = float(threshold_of(x, 2))
    >>> int((x > t).sum())
    4
    """
    x = ops.convert_to_tensor(x)
    wanted = k * replica_sum(ops.cast(ops.shape(x)[0], "int32"))
    if CANDIDATES * k >= x.shape[1] or replicas() > 1:
        return _halved(x, wanted)
    largest, _ = ops.top_k(x, CANDIDATES * k)
    threshold = _halved(largest, wanted)
    # Not the last ones: for a slice of the largest XLA sorts all of a row.
    hidden = replica_sum(ops.sum(ops.cast(ops.min(largest, axis=1) > threshold, "int32")))
    return cond(hidden > 0, lambda: _halved(x, wanted), lambda: threshold)


def _halved(x, wanted):
    low = ops.zeros((), x.dtype)
    high = ops.maximum(ops.max(replica_concat(ops.reshape(ops.max(x), (1,)))), 0.0)
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        enough = replica_sum(ops.sum(ops.cast(x > middle, "int32"))) >= wanted
        low, high = ops.where(enough, middle, low), ops.where(enough, high, middle)
    return low
