from typing import Any

import numpy as np

from .projection_method import ProjectionMethod


class OpenTSNE(ProjectionMethod):
    """t-SNE of openTSNE, which takes many codes and places new ones.

    Reference:
        Poličar, Stražar and Zupan, 2024, https://doi.org/10.18637/jss.v109.i03
    """

    name = "opentsne"
    module = "openTSNE"
    packages = ("openTSNE", "scikit-learn")
    extra = "opentsne"
    fit_at_most = 70_000
    fewest = 5
    neighbors = ("perplexity", 30)

    def defaults(self, seed: int | None):
        return {"n_jobs": -1}

    def library_class(self):
        from openTSNE.sklearn import TSNE

        return TSNE

    def most_neighbors(self, n: int):
        # It looks at three times as many neighbors as the perplexity.
        return (n - 1) / 3

    def fit(self, estimator: Any, z: np.ndarray):
        points = estimator.fit(z).embedding_
        # As its `transform` does, which otherwise moves the fitted points under those given out.
        points -= (np.max(points, axis=0) + np.min(points, axis=0)) / 2
        return np.array(points)
