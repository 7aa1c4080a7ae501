from numbers import Integral

import numpy as np


def check_n_clusters(known, n_clusters, z):
    """Raises a `ValueError` if a method cannot find so many clusters of codes.

    Args:
        known: `ClusterMethod`.
        n_clusters: What a user gave.
        z: Array `(n, latent_dim)`.
    """
    if n_clusters is None or n_clusters == "auto":
        return
    if known.criterion is None:
        raise ValueError(
            f'Expected no `n_clusters` for "{known.name}", which finds the number itself. '
            f"Received: {n_clusters!r}. Leave it out, and give `min_cluster_size` instead."
        )
    if not isinstance(n_clusters, Integral) or isinstance(n_clusters, bool) or n_clusters < 1:
        raise ValueError(
            f'Expected `n_clusters` to be an integer of at least 1, or "auto". '
            f"Received: {n_clusters!r}."
        )
    different = len(np.unique(z, axis=0))
    most = known.most_clusters(len(z), different)
    if n_clusters > most:
        raise ValueError(
            f'Expected at most {most} clusters by "{known.name}" of {len(z)} codes, {different} of '
            f"them different. Received: {n_clusters}."
        )
