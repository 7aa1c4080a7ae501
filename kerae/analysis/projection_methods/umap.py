from .import_umap import import_umap
from .projection_method import ProjectionMethod

PARTS = (
    "The graph of neighbours has parts that are not connected; how these lie to each other means "
    "little."
)


class UMAP(ProjectionMethod):
    """UMAP of umap-learn.

    Reference:
        McInnes, Healy and Melville, 2018, https://arxiv.org/abs/1802.03426
    """

    name = "umap"
    module = "umap"
    packages = ("umap-learn", "numba", "scikit-learn")
    compiles = True
    fit_at_most = 200_000
    fewest = 5
    neighbours = ("n_neighbors", 15)
    warnings = {
        "Graph is not fully connected": PARTS,
        "Spectral initialisation failed": "The spectral start failed; the start was random.",
    }
    densmap = False

    def defaults(self, seed):
        return {"n_jobs": -1 if seed is None else 1}  # as it would set itself, with a warning

    def library_class(self):
        return import_umap().UMAP

    def settings(self, seed, verbose):
        own = {"densmap": self.densmap, "transform_mode": "embedding"}
        return {**super().settings(seed, verbose), **own}
