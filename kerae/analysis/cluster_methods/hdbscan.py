from .cluster_method import ClusterMethod


class HDBSCAN(ClusterMethod):
    """Clusters as regions that are dense at many scales, by scikit-learn; what lies between is
    noise.

    Reference:
        Campello, Moulavi and Sander, 2013, https://doi.org/10.1007/978-3-642-37456-2_14
    """

    name = "hdbscan"
    fit_at_most = 50_000
    extension = "The others are in the cluster of the nearest code among them, or noise as it is."
    criterion = None
    neighbors = ("min_samples", 5)

    def library_class(self):
        from sklearn.cluster import HDBSCAN

        return HDBSCAN

    def defaults(self, n: int):
        return {"min_cluster_size": max(5, n // 100), "min_samples": 5}

    def settings(self, seed: int, n_clusters: int | str | None):
        return {"copy": True}
