"""Clusters of codes."""

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from ..checks.arguments import checked
from ..checks.codes import as_codes, refuse_equal_codes
from ..checks.extras import require
from ..checks.types import ArrayLike
from .cluster_methods import METHODS
from .cluster_methods.cluster_method import ClusterMethod, fit_clusters
from .cluster_methods.number_of_clusters import check_n_clusters, choose_n_clusters
from .fitting.arguments import as_float32, as_new_codes, as_seed, bounded_neighbors, library_object
from .fitting.provenance import provenance
from .fitting.rows import fitted_rows
from .short_repr import ShortRepr


@dataclass(frozen=True, repr=False)
class Clustering(ShortRepr):
    """Clusters of codes; see `cluster`.

    Args:
        labels: Integer array `(n,)`, the cluster of each code, by decreasing size; -1 is noise.
        centers: Array `(k, latent_dim)`.
        sizes: Integer array `(k,)`, the number of members.
        config: Dict, ready for JSON: `method`, `seed`, all `parameters` of the library, its
            `versions`, the numbers of codes `n` and `n_fitted`, `seconds`, the `criterion` by
            which the number of clusters was chosen, and `notes`, the sentences of what was done
            otherwise than asked.
        curve: Dict from each number of clusters that was tried to its criterion.
        assigned: Function that `assign` calls, or `None` for the nearest center.
    """

    labels: np.ndarray
    centers: np.ndarray
    sizes: np.ndarray
    config: dict
    curve: dict = field(default_factory=dict)
    assigned: Callable | None = field(default=None, repr=False)

    @property
    def noise(self) -> int:
        """How many codes are in no cluster, as only "hdbscan" leaves some."""
        return int(np.sum(self.labels == -1))

    def assign(self, z: ArrayLike) -> np.ndarray:
        """The clusters of codes that were not there when clusters were found.

        By the method's own prediction ("kmeans": the nearest center; "gmm": the most probable
        component), else that of the nearest code that the method was fitted to.

        Args:
            z: Array `(m, latent_dim)`.
        Returns:
            Integer array `(m,)`, numbered as `labels`.
        Raises:
            ValueError: If the codes do not fit.
        """
        z = as_new_codes(z, self.centers.shape[1])
        if self.assigned is not None:
            return self.assigned(z)
        from sklearn.metrics import pairwise_distances_argmin

        return pairwise_distances_argmin(z, self.centers)


@checked
def cluster(
    z: ArrayLike,
    method: str = "kmeans",
    n_clusters: int | str | None = "auto",
    seed: int | None = 0,
    fit_at_most: int | None = None,
    auto_range: tuple[int, int] | None = None,
    **parameters: Any,
) -> "Clustering":
    """Finds clusters of codes, by a method of scikit-learn.

        "kmeans"         nearest of k centers, the best of ten starts
        "gmm"            mixture of k normal distributions, the best of three starts
        "agglomerative"  merged two by two, by Ward's criterion, until k are left
        "spectral"       parts of the graph of neighbors that few edges join
        "hdbscan"        dense regions, as many as there are; what lies between is noise, -1

    Clusters are numbered by decreasing size, and those of equal size by their first member. So
    the same clusters have the same numbers whatever the seed; clusters that differ a little can
    be numbered in another order.

    Of very many codes a part drawn at random is fitted, and the others are assigned as by
    `Clustering.assign`. A warning says so, and so does `config`.

    Args:
        z: Array `(n, latent_dim)`, the codes.
        method: String, one of those above.
        n_clusters: Integer, or `"auto"`, the default, or `None`, for the number with the largest
            silhouette, or by "gmm" the least BIC, among `auto_range`, on at most 5,000 codes.
            "hdbscan" finds the number itself.
        seed: Integer, or `None` to draw one anew. "agglomerative" and "hdbscan" need none.
        fit_at_most: Integer, the number of codes that are fitted. Defaults to 70,000 for "gmm",
            50,000 for "hdbscan", 10,000 for "agglomerative" and "spectral", all for "kmeans".
        auto_range: Pair of integers, the least and the largest number that "auto" tries. Defaults
            to 2 and 20.
        **parameters: Arguments of the class of scikit-learn. kerae gives other defaults than it
            for "kmeans" (`n_init=10`), "gmm" (`n_init=3, max_iter=500`), "spectral"
            (`affinity="nearest_neighbors"`) and "hdbscan" (`min_samples=5`, and as
            `min_cluster_size` one in a hundred codes, but at least 5).
    Returns:
        `Clustering` with the attributes `labels`, `centers` (the method's own, or the means of
        members), `sizes`, `noise`, `curve` and `config`, and the method `assign`.

    Example:

    >>> z = np.array([[0.0], [0.1], [0.2], [5.0], [5.1], [9.0]])
    >>> clusters = kerae.analysis.cluster(z)
    >>> clusters.labels.tolist(), clusters.sizes.tolist(), clusters.assign([[5.2]]).tolist()
    ([0, 0, 0, 1, 1, 2], [3, 2, 1], [1])

    Raises:
        ValueError: If the codes are not finite, all the same or fewer than clusters, or the method
            or an argument is unknown or out of range.
    Reference:
        Arthur and Vassilvitskii, 2007, https://dl.acm.org/doi/10.5555/1283383.1283494 (k-means++);
        Ward, 1963, https://doi.org/10.1080/01621459.1963.10500845;
        von Luxburg, 2007, https://doi.org/10.1007/s11222-007-9033-z (spectral);
        Campello, Moulavi and Sander, 2013, https://doi.org/10.1007/978-3-642-37456-2_14 (HDBSCAN)
    """
    require("kerae.analysis.cluster", "analysis", "sklearn", "threadpoolctl")
    started = time.perf_counter()
    if method not in METHODS:
        names = ", ".join(f'"{name}"' for name in METHODS)
        raise ValueError(f"Expected `method` to be one of {names}. Received: {method!r}")
    chosen, seed, z = METHODS[method], as_seed(seed), as_float32(as_codes(z))
    refuse_equal_codes(z, "clusters")
    rows, notes = fitted_rows(chosen, len(z), fit_at_most, seed)
    fitted, curve = z[rows], {}
    refuse_equal_codes(fitted, "clusters")
    check_n_clusters(chosen, n_clusters, fitted)
    if n_clusters in (None, "auto") and chosen.criterion:
        made = partial(_made, chosen, parameters, seed)
        n_clusters, curve, said = choose_n_clusters(
            chosen, made, fitted, auto_range, seed, parameters
        )
        notes += said
    estimator, said = _made(chosen, parameters, seed, len(fitted), n_clusters)
    arguments = estimator.get_params(deep=False)
    assigned, noted = fit_clusters(chosen, estimator, fitted, parameters)
    labels = np.empty(len(z), "int64")
    labels[rows] = assigned
    others = np.setdiff1d(np.arange(len(z)), rows)
    if len(others):
        labels[others] = chosen.assign(estimator, fitted, assigned, z[others])
    centers = chosen.centers(estimator)
    old, new = numbered_by_size(labels, assigned.max() + 1 if centers is None else len(centers))
    labels = new[labels]
    sizes = np.bincount(labels[labels >= 0], minlength=len(old))
    if centers is None:
        sizes = sizes[sizes > 0]
        members = [z[labels == number].mean(axis=0) for number in range(len(sizes))]
        centers = np.reshape(members, (len(sizes), z.shape[1]))
    else:
        centers = centers[old]
    if len(sizes) == 0:
        warnings.warn(
            f'"{chosen.name}" found no cluster among {len(z)} codes: all are noise. Give a lower '
            "`min_cluster_size` or `min_samples`, or use another method.",
            stacklevel=3,
        )
    config = provenance(
        method=chosen.name,
        parameters=arguments,
        packages=("scikit-learn",),
        seed=seed,
        n=len(z),
        n_fitted=len(rows),
        started=started,
        notes=notes + said + noted,
        criterion=chosen.criterion if curve else None,
    )
    assign = partial(_assign, chosen, estimator, fitted, assigned, new)
    return Clustering(labels, centers.astype("float32"), sizes, config, curve, assign)


def _made(method: ClusterMethod, parameters, seed, n, n_clusters):
    """The object of the library for n codes, and what has to be said of it."""
    defaults, notes = method.defaults(n), []
    if method.neighbors:
        lowered, notes = bounded_neighbors(
            method.name, *method.neighbors, method.most_neighbors(n), n, parameters
        )
        defaults.update(lowered)
    settings = method.settings(seed, n_clusters)
    made = library_object(method.name, method.library_class(), defaults, parameters, settings)
    return made, notes


def _assign(method, estimator, fitted, assigned, new, z):
    return new[method.assign(estimator, fitted, assigned, as_float32(z))]


def numbered_by_size(labels: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """New numbers of clusters, such that the largest is 0.

    Those of equal size are numbered by their first member, and so the same clusters get the same
    numbers, whatever they were called.

    Args:
        labels: Integer array `(n,)`, from -1, for none, to k - 1.
        k: Integer, the number of clusters; some may be empty.
    Returns:
        Integer array `(k,)`, the old number of each cluster, and integer array `(k + 1,)`, the
        new number of each old one and in the end -1, such that `new[-1]` is -1.
    """
    sizes = np.bincount(labels[labels >= 0], minlength=k)
    first = np.full(k, len(labels))
    np.minimum.at(first, labels[labels >= 0], np.flatnonzero(labels >= 0))
    old = np.lexsort((first, -sizes))
    return old, np.append(np.argsort(old), -1)
