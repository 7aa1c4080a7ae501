from typing import Any

import numpy as np

from .cluster_method import ClusterMethod


class GMM(ClusterMethod):
    """A mixture of normal distributions, by scikit-learn: the best of three starts by k-means.

    Reference:
        Dempster, Laird and Rubin, 1977, https://doi.org/10.1111/j.2517-6161.1977.tb01600.x
    """

    name = "gmm"
    fit_at_most = 70_000
    extension = "The others are in the cluster most probable under the mixture."
    criterion = "bic"
    best = min

    def library_class(self):
        from sklearn.mixture import GaussianMixture

        return GaussianMixture

    def defaults(self, n: int):
        return {"n_init": 3, "max_iter": 500}

    def settings(self, seed: int, n_clusters: int | str | None):
        return {"n_components": n_clusters, "random_state": seed}

    def fit(self, estimator: Any, z: np.ndarray):
        from threadpoolctl import threadpool_limits

        # On one thread, as on such small matrices several take many times as long.
        with threadpool_limits(1, user_api="blas"):
            return estimator.fit_predict(_precise(z))

    def centers(self, estimator: Any):
        return estimator.means_

    def measure(self, estimator: Any, z: np.ndarray, labels: np.ndarray):
        return float(estimator.bic(_precise(z)))

    def assign(self, estimator: Any, z_fitted: np.ndarray, labels: np.ndarray, z: np.ndarray):
        return estimator.predict(_precise(z))


def _precise(z):
    """In float64, as covariances of float32 codes easily become singular."""
    return z.astype("float64")
