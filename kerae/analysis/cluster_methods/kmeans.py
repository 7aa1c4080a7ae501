from typing import Any

import numpy as np

from .cluster_method import ClusterMethod


class KMeans(ClusterMethod):
    """k-means of scikit-learn, the best of ten starts by k-means++.

    Reference:
        Arthur and Vassilvitskii, 2007, https://dl.acm.org/doi/10.5555/1283383.1283494
    """

    name = "kmeans"
    extension = "The others are in the cluster of the nearest center."

    def library_class(self):
        from sklearn.cluster import KMeans

        return KMeans

    def defaults(self, n: int):
        return {"n_init": 10}

    def centers(self, estimator: Any):
        return estimator.cluster_centers_

    def assign(self, estimator: Any, z_fitted: np.ndarray, labels: np.ndarray, z: np.ndarray):
        return estimator.predict(z)
