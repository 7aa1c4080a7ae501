import logging

from .projection_method import ProjectionMethod


class PaCMAP(ProjectionMethod):
    """PaCMAP of the package pacmap.

    Reference:
        Wang et al., 2021, https://jmlr.org/papers/v22/20-1061.html
    """

    name = "pacmap"
    module = "pacmap"
    packages = ("pacmap", "numba", "faiss-cpu", "scikit-learn")
    extra = "pacmap"
    compiles = True
    fit_at_most = 300_000
    fewest = 5
    neighbors = ("n_neighbors", 10)

    def defaults(self, seed: int | None):
        return {"save_tree": True}  # in which new codes find their neighbors

    def library_class(self):
        import pacmap

        logger = logging.getLogger("pacmap")
        if logger.level == logging.NOTSET:
            # It warns of every seed.
            logger.setLevel(logging.ERROR)
        return getattr(pacmap, type(self).__name__)

    def settings(self, seed: int | None, verbose: bool):
        own = {"intermediate": False, "intermediate_snapshots": []}
        pairs = dict.fromkeys(["pair_neighbors", "pair_MN", "pair_FP"])
        return {**super().settings(seed, verbose), **own, **pairs}

    def most_neighbors(self, n: int):
        # With half as many pairs of middle distance and twice as many of far ones.
        return max(1, int((n - 1) / 3.5))


class LocalMAP(PaCMAP):
    """LocalMAP of the package pacmap: PaCMAP with clearer gaps between clusters.

    Reference:
        Wang et al., 2025, https://doi.org/10.1609/aaai.v39i20.35436
    """

    name = "localmap"
