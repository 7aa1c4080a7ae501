"""The number of clusters, by a criterion."""

from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np

from ..fitting.rows import sampled_rows
from .cluster_method import fit_clusters

if TYPE_CHECKING:
    pass


CHOSEN_ON = 5_000
LEAST, LARGEST = 2, 20


def choose_n_clusters(
    method,
    made: Any,
    z: np.ndarray,
    auto_range: tuple[int, int] | None,
    seed: int | None,
    parameters: dict,
):
    """The number of clusters with the largest silhouette or the least BIC.

        silhouette = mean over codes of  (b - a) / max(a, b)
        bic        = m log n - 2 log p(z)

    with a and b the mean distances of a code to the others of its cluster and to those of the
    nearest other cluster, and m the number of parameters of the mixture.

    Args:
        method: `ClusterMethod`.
        made: Function from the numbers of codes and clusters to an object of the library.
        z: Array `(n, latent_dim)`, of which at most 5,000 are looked at.
        auto_range: Pair of integers, the first and the last number that is tried, or `None`.
        seed: Integer or `None`.
        parameters: Dict, the arguments that users gave.
    Returns:
        The number; dict from each number that was tried to its criterion; list of notes.
    Reference:
        Rousseeuw, 1987, https://doi.org/10.1016/0377-0427(87)90125-7 (silhouette);
        Schwarz, 1978, https://doi.org/10.1214/aos/1176344136 (BIC)
    """
    rows, said = sampled_rows(len(z), CHOSEN_ON, seed)
    z = z[rows]
    notes = [f"The number of clusters was chosen {said}."] if said else []
    most = len(np.unique(z, axis=0)) - 1  # a silhouette needs two codes in some cluster
    tried = auto_range or (LEAST, min(LARGEST, most))
    if not _is_range(tried, most):
        received = f"{most + 1} different codes" if auto_range is None else f"{auto_range}"
        raise ValueError(
            "Expected `auto_range` to be two integers from 2 to one less than the number of "
            f"different codes, {most}. Received: {received}. Give `n_clusters` or more codes."
        )
    first, last = tried
    if auto_range is None and last < LARGEST:
        notes.append(
            f"At most {last} clusters were tried, as there are {most + 1} different codes."
        )
    curve = {}
    for n_clusters in range(first, last + 1):
        estimator, _ = made(len(z), n_clusters)
        labels, _ = fit_clusters(method, estimator, z, parameters)
        curve[n_clusters] = method.measure(estimator, z, labels)
    return method.best(curve, key=curve.get), curve, notes


def _is_range(tried, most):
    whole = isinstance(tried, list | tuple) and all(isinstance(k, Integral) for k in tried)
    return whole and len(tried) == 2 and 2 <= tried[0] <= tried[1] <= most


def check_n_clusters(method, n_clusters: Any, z: np.ndarray) -> None:
    """Raises a `ValueError` if a method cannot find so many clusters of codes.

    Args:
        method: `ClusterMethod`.
        n_clusters: What a user gave.
        z: Array `(n, latent_dim)`.
    """
    if n_clusters is None or n_clusters == "auto":
        return
    if method.criterion is None:
        raise ValueError(
            f'Expected no `n_clusters` for "{method.name}", which finds the number itself. '
            f"Received: {n_clusters!r}. Leave it out, and give `min_cluster_size` instead."
        )
    if not isinstance(n_clusters, Integral) or isinstance(n_clusters, bool) or n_clusters < 1:
        raise ValueError(
            f'Expected `n_clusters` to be an integer of at least 1, or "auto". '
            f"Received: {n_clusters!r}."
        )
    different = len(np.unique(z, axis=0))
    most = method.most_clusters(len(z), different)
    if n_clusters > most:
        raise ValueError(
            f'Expected at most {most} clusters by "{method.name}" of {len(z)} codes, '
            f"{different} of them different. Received: {n_clusters}."
        )
