from ..checks.extras import require
from ..checks.types import Rows
from .cluster_counts import cluster_counts


def purity(labels: Rows, clusters: Rows) -> float:
    """The part of examples in the most frequent class of their cluster.

        purity = 1/n sum over clusters k of  max over classes c of  |k and c|

    Unlike for `kerae.metrics.cluster_accuracy`, several clusters may stand for one class: more
    clusters are never less pure, and a cluster for each example is wholly pure.

    Args:
        labels: Integer array `(n,)`, the true classes.
        clusters: Integer array `(n,)`.
    Returns:
        Float between 0 and 1.

    Example:

    >>> kerae.metrics.purity([0, 0, 0, 1], [5, 5, 7, 7])
    0.75

    Raises:
        ValueError: If there is not one cluster for each label.
    Reference:
        Manning et al., 2008,
        https://nlp.stanford.edu/IR-book/html/htmledition/evaluation-of-clustering-1.html
    """
    require("kerae.metrics.purity", "analysis", "sklearn")
    counts = cluster_counts(labels, clusters)
    return float(counts.max(axis=0).sum() / counts.sum())
