from .cluster_method import ClusterMethod


class Agglomerative(ClusterMethod):
    """Clusters that are merged two by two, by scikit-learn: those first whose variance grows least.

    Reference:
        Ward, 1963, https://doi.org/10.1080/01621459.1963.10500845
    """

    name = "agglomerative"
    fit_at_most = 10_000  # as its memory grows with the square

    def library_class(self):
        from sklearn.cluster import AgglomerativeClustering

        return AgglomerativeClustering

    def settings(self, seed: int, n_clusters: int | str | None):
        return {"n_clusters": n_clusters, "distance_threshold": None}
