import math

import numpy as np

from ..checks.codes import as_codes_and_points
from ..checks.types import Rows


def kruskal_stress(z: Rows, points: Rows) -> float:
    """How far the distances in the picture are from being proportional to those of the codes.

        stress-1 = min over s of  sqrt( sum over i < j of (d_ij - s delta_ij)^2
                                        / sum over i < j of d_ij^2 )

    d_ij is the distance in the picture and delta_ij that of the codes. Pictures by UMAP or t-SNE
    have an arbitrary scale, so the best one is used: s = sum(d delta) / sum(delta^2). This is the
    metric stress; Kruskal's own also fits any rising function of delta. Memory and time grow with
    n^2: give a few thousand examples.

    Args:
        z: Array `(n, latent_dim)`.
        points: Array `(n, 2)`, the picture.
    Returns:
        Float between 0 (proportional) and 1; NaN if all codes or all points are equal.

    Example:

    >>> z = np.array([[0.0], [1.0], [3.0]])
    >>> kerae.metrics.kruskal_stress(z, 7 * z)
    0.0

    Raises:
        ValueError: If there are not as many points as codes.
    Reference:
        Kruskal, 1964, https://doi.org/10.1007/BF02289565;
        Smelser et al., 2024, https://arxiv.org/abs/2408.07724 (why the scale is fitted)
    """
    from scipy.spatial.distance import pdist

    z, points = as_codes_and_points(z, points)
    delta, d = pdist(z), pdist(points)
    if not delta.any() or not d.any():
        return math.nan
    scale = np.dot(d, delta) / np.dot(delta, delta)
    return float(np.linalg.norm(d - scale * delta) / np.linalg.norm(d))
