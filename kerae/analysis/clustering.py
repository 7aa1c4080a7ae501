"""Clusters of codes."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from .fitting.as_new_codes import as_new_codes


@dataclass(frozen=True)
class Clustering:
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
        assigned: Function that `assign` calls, or `None` for the nearest centre.
    """

    labels: np.ndarray
    centers: np.ndarray
    sizes: np.ndarray
    config: dict
    curve: dict = field(default_factory=dict)
    assigned: Callable | None = field(default=None, repr=False)

    @property
    def noise(self):
        """How many codes are in no cluster, as only "hdbscan" leaves some."""
        return int(np.sum(self.labels == -1))

    def assign(self, z):
        """The clusters of codes that were not there when clusters were found.

        By the method's own prediction ("kmeans": the nearest centre; "gmm": the most probable
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
