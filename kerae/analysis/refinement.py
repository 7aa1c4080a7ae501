"""Clusters that an encoder was trained for."""

from dataclasses import dataclass

from ..autoencoder import Autoencoder
from .clustering import Clustering


@dataclass(frozen=True)
class Refinement:
    """A model whose encoder was trained for clusters, and these; see `refine_clusters`.

    Args:
        model: `kerae.Autoencoder` of the class of the one that was given.
        clustering: `Clustering` of its codes.
    """

    model: Autoencoder
    clustering: Clustering
