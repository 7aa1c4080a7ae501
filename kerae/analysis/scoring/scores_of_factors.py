"""Whether codes tell factors of variation apart."""

import numpy as np

from ... import metrics
from ..fitting.rows import sampled_rows
from .scores import Scores

LIMIT = 10_000
# Trees are grown for each value of each factor.
TREES_LIMIT, NUM_TREES = 2_000, 30
OF_TREES = ("dci_disentanglement", "dci_completeness", "dci_informativeness")


def scores_of_factors(z: np.ndarray, factors: np.ndarray, seed: int = 0) -> Scores:
    """The scores of disentanglement.

    Args:
        z: Array `(n, latent_dim)`.
        factors: Integer array `(n, num_factors)`.
        seed: Integer, of the choice of examples, of those held out and of what is drawn.
    Returns:
        `Scores`.
    """
    scores = Scores()
    rows, sampled = sampled_rows(len(z), LIMIT, seed)
    z, factors = z[rows], factors[rows]
    varies = (factors != factors[0]).any(axis=0)
    left_out = ", ".join(map(str, np.flatnonzero(~varies)))
    constant = f"factors of one value left out: {left_out}" if left_out else ""
    factors = factors[:, varies]
    if factors.shape[1] < 2:
        scores.leave_out((*METRICS, *OF_TREES), f"fewer than two factors vary; {constant}")
        return scores
    for name, metric in METRICS.items():
        try:
            scores.give(name, metric(z, factors, seed), sampled, constant)
        except ValueError as error:  # such as too few examples to hold out some of each value
            scores.leave_out([name], str(error))
    _of_trees(scores, z, factors, constant, seed)
    return scores


def _of_trees(scores, z, factors, constant, seed):
    if z.shape[1] < 2:
        scores.leave_out(OF_TREES, "there is one dimension")
        return
    rows, sampled = sampled_rows(len(z), TREES_LIMIT, seed)
    try:
        answers = metrics.dci(z[rows], factors[rows], num_trees=NUM_TREES, seed=seed)
    except ValueError as error:
        scores.leave_out(OF_TREES, str(error))
        return
    for name, value in answers.items():
        scores.give(f"dci_{name}", value, f"{NUM_TREES} trees", sampled, constant)


def _beta_vae_score(z, factors, seed):
    draws = metrics.FactorDraws(z, factors)
    return metrics.beta_vae_score(np.asarray, draws.pairs, draws.num_factors, seed=seed)


def _factor_vae_score(z, factors, seed):
    draws = metrics.FactorDraws(z, factors)
    return metrics.factor_vae_score(np.asarray, draws.alike, draws.num_factors, seed=seed)


METRICS = {
    "mutual_information_gap": lambda z, v, _: metrics.mutual_information_gap(z, v),
    "sap_score": lambda z, v, seed: metrics.sap_score(z, v, seed=seed),
    "modularity": lambda z, v, _: metrics.modularity(z, v),
    "explicitness": lambda z, v, seed: metrics.explicitness(z, v, seed=seed),
    "interventional_robustness": lambda z, v, _: metrics.interventional_robustness(z, v),
    "beta_vae_score": _beta_vae_score,
    "factor_vae_score": _factor_vae_score,
}
