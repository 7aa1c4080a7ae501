import math

from ..checks.codes import as_codes_and_points
from ..checks.types import Rows


def shepard_correlation(z: Rows, points: Rows) -> float:
    """Whether what is far apart in the space of codes is far apart in the picture.

        Spearman's rank correlation of the distances of all pairs in the two spaces

    which are the axes of a Shepard diagram. Memory and time grow with n^2: give a few thousand
    examples.

    Args:
        z: Array `(n, latent_dim)`.
        points: Array `(n, 2)`, the picture.
    Returns:
        Float between -1 and 1: 1 if the order of distances is kept; NaN if all distances are
        equal in one of the spaces.

    Example:

    >>> z = np.array([[0.0], [1.0], [3.0]])
    >>> kerae.metrics.shepard_correlation(z, z**3)
    1.0

    Raises:
        ValueError: If there are not as many points as codes.
    Reference:
        Shepard, 1962, https://doi.org/10.1007/BF02289630
    """
    from scipy.spatial.distance import pdist
    from scipy.stats import spearmanr

    z, points = as_codes_and_points(z, points)
    distances = pdist(z), pdist(points)
    if any((each == each[0]).all() for each in distances):
        return math.nan
    return float(spearmanr(*distances).statistic)
