from .cluster_method import ClusterMethod


class Spectral(ClusterMethod):
    """Parts of the graph of nearest neighbors that few edges join, by scikit-learn.

    Reference:
        von Luxburg, 2007, https://doi.org/10.1007/s11222-007-9033-z
    """

    name = "spectral"
    fit_at_most = 10_000
    neighbors = ("n_neighbors", 10)
    warnings = {
        "Graph is not fully connected": "The graph of neighbors has parts that are not connected.",
        # It takes as many codes as dimensions for affinities.
        "The spectral clustering API has changed": None,
    }

    def most_clusters(self, n: int, different: int):
        return min(n - 1, different)  # as it takes one eigenvector each

    def most_neighbors(self, n: int):
        return max(2, n // 2)  # or few codes would all be joined to each other

    def library_class(self):
        from sklearn.cluster import SpectralClustering

        return SpectralClustering

    def defaults(self, n: int):
        return {"affinity": "nearest_neighbors"}
