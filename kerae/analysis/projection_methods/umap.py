import sys
import warnings

from .projection_method import ProjectionMethod

PARTS = (
    "The graph of neighbors has parts that are not connected; how these lie to each other means "
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
    neighbors = ("n_neighbors", 15)
    warnings = {
        "Graph is not fully connected": PARTS,
        "Spectral initialization failed": "The spectral start failed; the start was random.",
    }
    densmap = False

    def defaults(self, seed: int | None):
        return {"n_jobs": -1 if seed is None else 1}  # as it would set itself, with a warning

    def library_class(self):
        return import_umap().UMAP

    def settings(self, seed: int | None, verbose: bool):
        own = {"densmap": self.densmap, "transform_mode": "embedding"}
        return {**super().settings(seed, verbose), **own}


PARAMETRIC = "umap.parametric_umap"


def import_umap():
    """The module `umap`, imported without TensorFlow and PyTorch.

    Its parametric variant imports both wherever they are installed: seconds, close to a gigabyte
    of memory, and two frameworks beside the one that Keras runs on. Who needs the variant can
    still import `umap.parametric_umap`.
    """
    if "umap" not in sys.modules:
        sys.modules[PARAMETRIC] = None  # pyright: ignore[reportArgumentType]
        try:
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", "Tensorflow not installed", ImportWarning)
                import umap  # noqa: F401
        finally:
            del sys.modules[PARAMETRIC]
    return sys.modules["umap"]


class DensMAP(UMAP):
    """UMAP that also keeps how dense the codes lie, by umap-learn.

    Reference:
        Narayan, Berger and Cho, 2021, https://doi.org/10.1038/s41587-020-00801-7
    """

    name = "densmap"
    can_transform = False
    fit_at_most = 70_000
    densmap = True
