import numpy as np

from ..checks.codes import as_codes
from ..checks.extras import require
from ..checks.numbers import check_count, check_number
from ..checks.types import ArrayLike
from .present_features import as_present


def main_latents(
    z: ArrayLike,
    present: ArrayLike,
    max_latents: int = 10,
    jump: float = 0.03,
    seed: int = 0,
) -> np.ndarray:
    """Which latents stand for each of some features that are known, by k-sparse probing.

    The k latents whose mean activation is the most above that of the examples without the feature
    are given to a logistic regression, and its F1 is measured on held-out examples. k grows from 1
    on as long as each step raises F1 by more than `jump`, which is where Chanin et al. say that a
    feature is split. (They choose latents by the weights of a probe with an L1 penalty; the
    difference of means, as Gurnee et al. choose them, needs no training.)

    Args:
        z: Array `(n, latent_dim)`, the activations of examples.
        present: Boolean array `(n, num_features)`, which of the known features each example has.
        max_latents: Integer, the largest k.
        jump: Float, of F1.
        seed: Integer, of which half of the examples is learned from.
    Returns:
        Boolean array `(num_features, latent_dim)`, of each feature at least one latent.

    Example:

    >>> present = np.arange(40)[:, None] % [2, 4] == 0
    >>> kerae.metrics.main_latents(present * [3.0, 2.0], present).tolist()
    [[True, False], [False, True]]

    Raises:
        ValueError: If activations are not finite, or a feature has too few examples.
    Reference:
        Chanin et al., 2024, https://arxiv.org/abs/2409.14507;
        Gurnee et al., 2023, https://arxiv.org/abs/2305.01610
    """
    require("kerae.metrics.main_latents", "analysis", "sklearn")
    check_count("max_latents", max_latents)
    check_number("jump", jump)
    check_count("seed", seed, least=0)
    z = as_codes(z)
    present = as_present(present, len(z))
    order = np.random.default_rng(seed).permutation(len(z))
    halves = np.array_split(order, 2)
    for name, rows in zip(("learned from", "held out"), halves):
        counts = present[rows].sum(axis=0)
        lacking = np.flatnonzero((counts == 0) | (counts == len(rows)))
        if len(lacking):
            raise ValueError(
                "Expected `present` with some examples that have each feature, and some without, "
                f"in both halves. Received: none of either among those {name} for feature "
                f"{lacking[0]}. Give more examples, or leave it out."
            )
    result = np.zeros((present.shape[1], z.shape[1]), bool)
    for number, has in enumerate(present.T):
        result[number, _latents_of(z, has, halves, max_latents, jump)] = True
    return result


def _latents_of(z, has, halves, max_latents, jump):
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import f1_score

    train, test = halves
    of_train = z[train]
    difference = of_train[has[train]].mean(axis=0) - of_train[~has[train]].mean(axis=0)
    order = np.argsort(-difference, kind="stable")[:max_latents]
    best, chosen = -np.inf, order[:1]
    for k in range(1, len(order) + 1):
        probe = LogisticRegression(max_iter=500, class_weight="balanced")
        probe.fit(of_train[:, order[:k]], has[train])
        f1 = f1_score(has[test], probe.predict(z[test][:, order[:k]]), zero_division=0.0)
        if f1 <= best + jump:
            break
        best, chosen = f1, order[:k]
    return chosen
