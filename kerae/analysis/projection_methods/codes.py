from typing import Any

import numpy as np

from .projection_method import ProjectionMethod


class Codes(ProjectionMethod):
    """The codes themselves, where they have one or two dimensions."""

    name = "codes"
    module = "sklearn"
    packages = ("scikit-learn",)
    most_dimensions = 2

    def library_class(self):
        from sklearn.preprocessing import FunctionTransformer

        return FunctionTransformer

    def settings(self, seed: int | None, verbose: bool):
        return {"func": None}

    def fit(self, estimator: Any, z: np.ndarray):
        return estimator.fit_transform(z)

    def axes(self, estimator: Any):
        return ["z[0]", "z[1]"]
