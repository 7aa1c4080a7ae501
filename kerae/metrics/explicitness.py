import numpy as np

from ..checks.arguments import checked
from ..checks.extras import require
from ..checks.types import Rows
from .held_out import held_out
from .linear_probe import linear_probe


@checked
def explicitness(
    codes: Rows,
    factors: Rows,
    codes_test: Rows | None = None,
    factors_test: Rows | None = None,
    seed: int = 0,
) -> float:
    """Whether a linear classifier of the codes tells every value of every factor of variation.

        explicitness = mean over factors k of  mean over values c of
                       area under the ROC curve of p(v_k = c|z) against v_k = c

    with the classifier of `kerae.metrics.linear_probe_accuracy`, which sees standardized codes. It
    asks not which dimensions tell. Codes that tell nothing have 0.5, not 0. Values that no test
    example has are left out.

    Args:
        codes: Array `(n, latent_dim)`.
        factors: Integer array `(n, num_factors)`, the number of the value of each.
        codes_test: Array `(m, latent_dim)`, to measure the area on. Defaults to a third of
            `codes`, from which then nothing is learned.
        factors_test: Integer array `(m, num_factors)`.
        seed: Integer, of that third.
    Returns:
        Float between 0 and 1.

    Example:

    >>> factors = np.tile([[0, 0], [0, 1], [1, 0], [1, 1]], (9, 1))
    >>> kerae.metrics.explicitness(1.0 * factors, factors)
    1.0

    Raises:
        ValueError: If codes are not finite, or a factor is none of integers that vary.
    Reference:
        Ridgeway and Mozer, 2018, https://arxiv.org/abs/1802.05312
    """
    require("kerae.metrics.explicitness", "analysis", "sklearn", "threadpoolctl")
    train, test = held_out(codes, factors, codes_test, factors_test, seed)
    pairs = zip(train[1].T, test[1].T)
    return float(np.mean([_area(train[0], values, test[0], others) for values, others in pairs]))


def _area(codes, values, codes_test, values_test):
    from sklearn.metrics import roc_auc_score

    probe = linear_probe(codes, values)
    areas = [
        roc_auc_score(values_test == value, probability)
        for value, probability in zip(probe.classes_, probe.predict_proba(codes_test).T)
        if 0 < np.sum(values_test == value) < len(values_test)
    ]
    if not areas:
        raise ValueError(
            "Expected `factors` of which two values are among the test examples. Received: "
            f"only {values_test[0]} of a factor there. Give more examples."
        )
    return float(np.mean(areas))
