"""What `kerae.analysis.cluster` knows of a method."""

from collections.abc import Callable
from typing import Any

import numpy as np

from ..fitting.arguments import explaining_arguments
from ..fitting.provenance import noting_warnings


class ClusterMethod:
    """A method of scikit-learn, with what kerae gives it by default and how it assigns new codes.

    Attributes:
        name: String, what users call it.
        fit_at_most: Integer, the number of codes that it is fitted to within about a minute on
            two cores and a gigabyte of memory, or `None`.
        fewest: Integer, the number of codes that it needs.
        extension: String, how codes beyond `fit_at_most` are assigned.
        criterion: String, the name of what `n_clusters="auto"` is chosen by; `None` if the method
            finds the number itself.
        best: The function that finds the best criterion, `max` or `min`.
        neighbors: Pair of the argument that says how many neighbors it looks at and its
            default, or `None`.
        warnings: Dict for `noting_warnings`.
    """

    name: str
    fit_at_most: int | None = None
    fewest = 2
    extension = "The others are in the cluster of the nearest code among them."
    criterion: str | None = "silhouette"
    best: Callable[..., Any] = max
    neighbors: tuple[str, int] | None = None
    warnings: dict = {}

    def most_clusters(self, n: int, different: int):
        """The largest number of clusters that n codes allow, so many of them different."""
        return different

    def most_neighbors(self, n: int):
        """The largest value of `neighbors` that n codes allow."""
        return n

    def library_class(self):
        """The class of the library, imported."""
        raise NotImplementedError

    def defaults(self, n: int):
        """The arguments of the library that users can change, as kerae gives them."""
        return {}

    def settings(self, seed: int | None, n_clusters: int | str | None):
        """The arguments of the library that users do not give, or by other names."""
        return {"n_clusters": n_clusters, "random_state": seed}

    def fit(self, estimator: Any, z: np.ndarray):
        """Fits the object of the library; returns the cluster of each code, -1 for none."""
        return estimator.fit(z).labels_

    def centers(self, estimator: Any):
        """The method's own centers, `(k, latent_dim)`, or `None` for the means of members."""
        return None

    def measure(self, estimator: Any, z: np.ndarray, labels: np.ndarray):
        """The criterion of a fitted object, a float."""
        if len(set(labels)) == 1:
            return -1.0  # the worst, as nothing is told apart
        from sklearn.metrics import silhouette_score

        return float(silhouette_score(z, labels))

    def assign(self, estimator: Any, z_fitted: np.ndarray, labels: np.ndarray, z: np.ndarray):
        """The clusters of codes that the object was not fitted to."""
        from sklearn.neighbors import KNeighborsClassifier

        return KNeighborsClassifier(1).fit(z_fitted, labels).predict(z)


def fit_clusters(method, estimator: Any, z: np.ndarray, parameters: dict):
    """The cluster of each code by an object of a library, and what has to be said of it.

    Args:
        method: `ClusterMethod`.
        estimator: Object of the library.
        z: Array `(n, latent_dim)`.
        parameters: Dict, the arguments that users gave.
    Returns:
        Integer array `(n,)`, -1 for none; list of notes.
    Raises:
        ValueError: If the library cannot work with the arguments.
    """
    with noting_warnings(method.warnings) as notes, explaining_arguments(method.name, parameters):
        labels = method.fit(estimator, z)
    return labels, notes
