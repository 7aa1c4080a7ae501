from ..checks.extras import require
from ..checks.types import Rows
from .cluster_counts import cluster_counts


def cluster_accuracy(labels: Rows, clusters: Rows) -> float:
    """The part of examples in the right cluster, when each cluster stands for one class.

        max over one-to-one maps m of clusters to classes of  mean(labels == m(clusters))

    Args:
        labels: Integer array `(n,)`, the true classes.
        clusters: Integer array `(n,)`.
    Returns:
        Float between 0 and 1.

    Example:

    >>> kerae.metrics.cluster_accuracy([0, 0, 1, 1], [1, 1, 0, 1])
    0.75

    Raises:
        ValueError: If there is not one cluster for each label.
    Reference:
        Xie et al., 2016, https://arxiv.org/abs/1511.06335; the map is found by the Hungarian
        method
    """
    require("kerae.metrics.cluster_accuracy", "analysis", "sklearn")
    from scipy.optimize import linear_sum_assignment

    counts = cluster_counts(labels, clusters)
    rows, columns = linear_sum_assignment(counts, maximize=True)
    return float(counts[rows, columns].sum() / counts.sum())
