import numpy as np

from ..checks.arguments import checked
from ..checks.extras import require
from ..checks.numbers import check_count
from ..checks.types import Rows
from .completeness import completeness
from .disentanglement import disentanglement
from .held_out import held_out


@checked
def dci(
    codes: Rows,
    factors: Rows,
    codes_test: Rows | None = None,
    factors_test: Rows | None = None,
    num_trees: int = 100,
    seed: int = 0,
) -> dict[str, float]:
    """Three numbers on how codes and factors of variation belong together (DCI).

        R_jk = importance of z_j for gradient boosted trees that tell v_k from all of the codes

    Of R are made the `kerae.metrics.disentanglement`, whether each dimension is for one factor,
    and the `kerae.metrics.completeness`, whether each factor has one dimension. The third number,
    informativeness, is the mean accuracy of the trees over the factors on test examples. Chance is
    not 0 there: look at the number of values. Completeness depends on how many dimensions there
    are, dead ones too. Trees do not see the scale of dimensions, nor, but for ties, their order.

    Args:
        codes: Array `(n, latent_dim)`.
        factors: Integer array `(n, num_factors)`, the number of the value of each.
        codes_test: Array `(m, latent_dim)`, to measure the accuracy on. Defaults to a third of
            `codes`, from which then nothing is learned.
        factors_test: Integer array `(m, num_factors)`.
        num_trees: Integer, the number of boosting steps; the rest is scikit-learn's default.
        seed: Integer, of that third, and of the trees.
    Returns:
        Dict of floats between 0 and 1: "disentanglement", "completeness", "informativeness".

    Example:

    >>> factors = np.tile([[0, 0], [0, 1], [1, 0], [1, 1]], (9, 1))
    >>> scores = kerae.metrics.dci(1.0 * factors, factors, num_trees=20)
    >>> {name: round(score, 3) for name, score in scores.items()}
    {'disentanglement': 1.0, 'completeness': 1.0, 'informativeness': 1.0}

    Raises:
        ValueError: If codes are not finite, a factor is none of integers that vary, or there are
            fewer than two dimensions or factors.
    Reference:
        Eastwood and Williams, 2018, https://openreview.net/forum?id=By-7dz-AZ;
        Locatello et al., 2019, https://arxiv.org/abs/1811.12359 (the trees, and the accuracy)
    """
    require("kerae.metrics.dci", "analysis", "sklearn")
    from sklearn.ensemble import GradientBoostingClassifier

    check_count("num_trees", num_trees)
    train, test = held_out(codes, factors, codes_test, factors_test, seed, least=2)
    if train[0].shape[1] < 2:
        raise ValueError(
            f"Expected `codes` of at least two dimensions. Received: shape {np.shape(codes)}."
        )
    importance, accuracy = [], []
    for values, values_test in zip(train[1].T, test[1].T):
        trees = GradientBoostingClassifier(n_estimators=num_trees, random_state=seed)
        trees.fit(train[0], values)
        importance.append(trees.feature_importances_)
        accuracy.append(trees.score(test[0], values_test))
    matrix = np.stack(importance, axis=1)
    return {
        "disentanglement": disentanglement(matrix),
        "completeness": completeness(matrix),
        "informativeness": float(np.mean(accuracy)),
    }
