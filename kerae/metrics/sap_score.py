import numpy as np

from ..checks.arguments import checked
from ..checks.extras import require
from ..checks.factors import as_codes_and_factors
from ..checks.types import Rows
from .gap import gap
from .held_out import held_out

DEAD = 1e-12  # a variance of no more


@checked
def sap_score(
    codes: Rows,
    factors: Rows,
    codes_test: Rows | None = None,
    factors_test: Rows | None = None,
    continuous: bool = False,
    seed: int = 0,
) -> float:
    """Whether one dimension of the codes alone predicts each factor of variation (SAP).

        SAP = mean over factors k of  S(1st, k) - S(2nd, k)

    the lead of the best dimension over the second. S(j, k) is the accuracy, on test examples, of a
    linear support vector machine (C = 0.01, classes balanced) that tells v_k from z_j; or, if
    `continuous`, the squared correlation of z_j and v_k. A dead dimension scores 0.

    A machine on one dimension cannot cut out a class that lies between two others, so a perfect
    code of factors of 3, 4, 5 and 6 ordered values has about 0.52, not 1. The order of dimensions
    does not matter, their scale does if not `continuous`, by the penalty C.

    Args:
        codes: Array `(n, latent_dim)`.
        factors: Integer array `(n, num_factors)`, the number of the value of each; if `continuous`,
            of any numbers.
        codes_test: Array `(m, latent_dim)`, to measure the accuracy on. Defaults to a third of
            `codes`, from which then nothing is learned.
        factors_test: Integer array `(m, num_factors)`.
        continuous: Boolean. It learns nothing, and needs no test examples.
        seed: Integer, of that third.
    Returns:
        Float between 0 and 1.

    Example:

    >>> factors = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    >>> round(kerae.metrics.sap_score(1.0 * factors, factors, continuous=True), 6)
    1.0

    Raises:
        ValueError: If codes are not finite, or a factor is none of integers that vary.
    Reference:
        Kumar et al., 2018, https://arxiv.org/abs/1711.00848;
        Locatello et al., 2019, https://arxiv.org/abs/1811.12359 (the machine)
    """
    require("kerae.metrics.sap_score", "analysis", "sklearn")
    if continuous and (codes_test is not None or factors_test is not None):
        raise ValueError(
            "Expected no `codes_test` and `factors_test` with continuous=True, which learns "
            "nothing. Received: test examples. Leave them out."
        )
    if continuous:
        return float(
            gap(_squared_correlation(*as_codes_and_factors(codes, factors, 1, True))).mean()
        )
    train, test = held_out(codes, factors, codes_test, factors_test, seed)
    return float(gap(_accuracy(*train, *test)).mean())


def _squared_correlation(codes, factors):
    codes, factors = codes - codes.mean(axis=0), factors - factors.mean(axis=0)
    variance = np.sum(codes**2, axis=0)
    alive = variance > DEAD * (len(codes) - 1)
    products = np.where(alive[:, None], codes.T @ factors, 0.0) ** 2
    return products / (np.where(alive, variance, 1.0)[:, None] * np.sum(factors**2, axis=0))


def _accuracy(codes, factors, codes_test, factors_test):
    from sklearn.svm import LinearSVC

    accuracy = np.zeros((codes.shape[1], factors.shape[1]))
    for j in np.flatnonzero(codes.var(axis=0) > DEAD):
        for k, values in enumerate(factors.T):
            machine = LinearSVC(C=0.01, class_weight="balanced").fit(codes[:, [j]], values)
            accuracy[j, k] = machine.score(codes_test[:, [j]], factors_test[:, k])
    return accuracy
