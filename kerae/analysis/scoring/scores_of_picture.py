"""How faithful a picture is to the codes that it shows."""

import numpy as np

from ... import metrics
from ..fitting.rows import sampled_rows
from .scores import Scores

# The distances and ranks of all pairs are kept at once.
LIMIT = 3_000
NUM_NEIGHBORS = 10
NEIGHBOR_SCORES = ("trustworthiness", "continuity", "neighborhood_preservation")
NAMES = (*NEIGHBOR_SCORES, "neighborhood_auc", "kruskal_stress", "shepard_correlation")


def scores_of_picture(z: np.ndarray, points: np.ndarray, seed: int = 0) -> Scores:
    """What of the neighborhoods and distances of codes is kept by points in the plane.

    Args:
        z: Array `(n, latent_dim)`.
        points: Array `(n, 2)`.
        seed: Integer, of the choice of examples where there are many.
    Returns:
        `Scores`.
    """
    from sklearn.manifold import trustworthiness

    scores = Scores()
    rows, note = sampled_rows(len(z), LIMIT, seed)
    z, points = z[rows], points[rows]
    for space, name in ((z, "codes"), (points, "points of the picture")):
        if (space == space[0]).all():
            scores.leave_out(NAMES, f"all {name} are equal")
            return scores
    if len(z) < 3:
        scores.leave_out(NAMES, "there are fewer than 3 examples")
        return scores
    kept = metrics.neighborhood_preservation(z, points)
    if len(z) > 2 * NUM_NEIGHBORS:
        trust = trustworthiness(z, points, n_neighbors=NUM_NEIGHBORS)
        scores.give("trustworthiness", trust, note)
        scores.give("continuity", metrics.continuity(z, points, NUM_NEIGHBORS), note)
        scores.give("neighborhood_preservation", kept[NUM_NEIGHBORS - 1], note)
    else:
        reason = f"{NUM_NEIGHBORS} neighbors need more than {2 * NUM_NEIGHBORS} examples"
        scores.leave_out(NEIGHBOR_SCORES, reason)
    scores.give("neighborhood_auc", metrics.preservation_auc(kept), note)
    scores.give("kruskal_stress", metrics.kruskal_stress(z, points), note)
    scores.give("shepard_correlation", metrics.shepard_correlation(z, points), note)
    return scores
