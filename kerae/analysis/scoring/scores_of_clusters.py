"""How good clusters are: by themselves, and as classes."""

import numpy as np

from ... import metrics
from ..fitting.rows import sampled_rows
from .scores import Scores

# Silhouettes take the distances of all pairs.
SILHOUETTE_LIMIT = 10_000
INTERNAL = ("silhouette", "calinski_harabasz", "davies_bouldin")
EXTERNAL = (
    "adjusted_rand",
    "adjusted_mutual_info",
    "normalized_mutual_info",
    "homogeneity",
    "completeness",
    "v_measure",
    "cluster_accuracy",
    "purity",
)


def scores_of_clusters(
    z: np.ndarray, clusters: np.ndarray, labels: np.ndarray | None = None, seed: int = 0
) -> Scores:
    """The scores of clusters of codes, and of their agreement with classes if labels are given.

    Args:
        z: Array `(n, latent_dim)`.
        clusters: Integer array `(n,)`, -1 for noise.
        labels: Integer array `(n,)`.
        seed: Integer, of the choice of examples where there are many.
    Returns:
        `Scores`.
    """
    scores = Scores()
    is_noise = clusters == -1
    scores.give("num_clusters", len(np.unique(clusters[~is_noise])))
    scores.give("noise_share", is_noise.mean())
    _internal(scores, z[~is_noise], clusters[~is_noise], is_noise.sum(), seed)
    if labels is not None:
        _external(scores, clusters, labels, is_noise.sum())
    return scores


def _internal(scores, z, clusters, num_noise, seed):
    from sklearn import metrics as sklearn_metrics

    note = f"{num_noise:,} examples of noise left out" if num_noise else ""
    if reason := _undefined(z, clusters):
        scores.leave_out(INTERNAL, reason)
        return
    rows, sampled = sampled_rows(len(z), SILHOUETTE_LIMIT, seed)
    if reason := _undefined(z[rows], clusters[rows]):
        scores.leave_out(["silhouette"], f"{reason} ({sampled})")
    else:
        silhouette = sklearn_metrics.silhouette_score(z[rows], clusters[rows])
        scores.give("silhouette", silhouette, sampled, note)
    calinski_harabasz = sklearn_metrics.calinski_harabasz_score(z, clusters)
    scores.give("calinski_harabasz", calinski_harabasz, note)
    scores.give("davies_bouldin", sklearn_metrics.davies_bouldin_score(z, clusters), note)


def _undefined(z, clusters):
    """Why clusters cannot be compared with each other; `None` if they can."""
    num_clusters = len(np.unique(clusters))
    if num_clusters == 0:
        return "all examples are noise"
    if num_clusters == 1:
        return "there is one cluster"
    if num_clusters == len(z):
        return "each example is a cluster of its own"
    return "all codes are equal" if (z == z[0]).all() else None


def _external(scores, clusters, labels, num_noise):
    from sklearn import metrics as sklearn_metrics

    if num_noise == len(clusters):
        scores.leave_out(EXTERNAL, "all examples are noise")
        return
    if len(np.unique(labels)) == 1:
        scores.leave_out(EXTERNAL, "there is one class")
        return
    values = (
        sklearn_metrics.adjusted_rand_score(labels, clusters),
        sklearn_metrics.adjusted_mutual_info_score(labels, clusters),
        sklearn_metrics.normalized_mutual_info_score(labels, clusters),
        *sklearn_metrics.homogeneity_completeness_v_measure(labels, clusters),
        metrics.cluster_accuracy(labels, clusters),
        metrics.purity(labels, clusters),
    )
    note = f"{num_noise:,} examples of noise count as one more cluster" if num_noise else ""
    for name, value in zip(EXTERNAL, values):
        scores.give(name, value, note)
