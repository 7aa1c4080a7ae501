from typing import Any

import numpy as np

from .projection_method import ProjectionMethod


class PCA(ProjectionMethod):
    """The two directions of largest variance, by scikit-learn."""

    name = "pca"
    module = "sklearn"
    packages = ("scikit-learn",)

    def library_class(self):
        from sklearn.decomposition import PCA

        return PCA

    def settings(self, seed: int | None, verbose: bool):
        return {"n_components": 2, "random_state": seed}

    def fit(self, estimator: Any, z: np.ndarray):
        return estimator.fit_transform(z)

    def axes(self, estimator: Any):
        shares = estimator.explained_variance_ratio_
        return [f"PC {i + 1} ({share:.0%} of the variance)" for i, share in enumerate(shares)]
