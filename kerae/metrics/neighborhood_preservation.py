import numpy as np

from ..checks.codes import as_codes_and_points
from ..checks.types import Rows


def neighborhood_preservation(z: Rows, points: Rows) -> np.ndarray:
    """The part of the K nearest codes that are among the K nearest points, for every K.

        Q_NX(K) = 1/(K n) * sum over i of  |nearest K codes of i and nearest K points of i|

    Of equal distances, that to the earlier example counts as nearer. Memory and time grow with
    n^2: give a few thousand examples.

    Args:
        z: Array `(n, latent_dim)` with n of at least 3.
        points: Array `(n, 2)`, the picture.
    Returns:
        Array `(n - 1,)`, between 0 and 1: Q_NX(K) for K from 1 to n - 1, where it is 1. A picture
        that has nothing to do with the codes has K / (n - 1).

    Example:

    >>> z = np.array([[0.0], [1.0], [3.0], [7.0]])
    >>> kerae.metrics.neighborhood_preservation(z, np.array([[0.0], [1.0], [7.0], [3.0]]))
    array([0.5, 0.5, 1. ])

    Raises:
        ValueError: If there are fewer than 3 examples, or not as many points as codes.
    Reference:
        Lee and Verleysen, 2009, https://doi.org/10.1016/j.neucom.2008.12.017
    """
    z, points = as_codes_and_points(z, points)
    n = len(z)
    if n < 3:
        raise ValueError(f"Expected `z` of at least 3 codes. Received: {n} codes and {n} points.")
    # A neighbor is among the nearest K in both spaces once K reaches the larger of its ranks.
    larger = np.maximum(_ranks(z), _ranks(points))
    common = np.cumsum(np.bincount(larger.ravel(), minlength=n)[1:])
    return common / (n * np.arange(1, n))


def _ranks(points):
    """Of each example (row) as whose neighbor (column): 1 the nearest; 0 for itself."""
    from scipy.spatial.distance import cdist

    distance = cdist(points, points)
    np.fill_diagonal(distance, -1.0)
    order = np.argsort(distance, axis=1, kind="stable")
    ranks = np.empty_like(order)
    np.put_along_axis(ranks, order, np.arange(len(order))[None, :], axis=1)
    return ranks
