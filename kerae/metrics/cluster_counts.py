import numpy as np

from ..checks.labels import as_classes
from ..checks.types import Rows


def cluster_counts(labels: Rows, clusters: Rows):
    """How many examples of each class (row) are in each cluster (column): an integer array.

    Raises:
        ValueError: If there is not one cluster for each label.
    """
    from sklearn.metrics.cluster import contingency_matrix

    if np.shape(labels) != np.shape(clusters):
        raise ValueError(
            "Expected one of `clusters` for each of `labels`. "
            f"Received: shapes {np.shape(clusters)} and {np.shape(labels)}."
        )
    return contingency_matrix(as_classes(labels, "labels"), as_classes(clusters, "clusters"))
