"""How well outliers are told."""

from typing import TYPE_CHECKING

import numpy as np

from ..outlier_scores import outlier_scores
from .scores import Scores

if TYPE_CHECKING:
    from ...analysis.examination import Examination


def scores_of_outliers(
    z: np.ndarray, truth: np.ndarray, examination: "Examination | None" = None
) -> Scores:
    """How well the measures of `outlier_scores` tell outliers: the area below the ROC curve.

    Args:
        z: Array `(n, latent_dim)`.
        truth: Boolean array `(n,)`, which examples are outliers.
        examination: `kerae.analysis.Examination`.
    Returns:
        `Scores`.
    """
    from sklearn.metrics import roc_auc_score

    scores = Scores()
    for name, unusual in outlier_scores(z, examination).items():
        name = f"outlier_auc_{name}"
        if truth.all() or not truth.any():
            which = "all" if truth.all() else "no"
            scores.leave_out([name], f"{which} examples are outliers")
        elif not np.isfinite(unusual).all():
            scores.leave_out([name], "some examples have no finite value")
        else:
            scores.give(name, roc_auc_score(truth, unusual))
    return scores
