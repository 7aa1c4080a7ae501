from .umap import UMAP


class DensMAP(UMAP):
    """UMAP that also keeps how dense the codes lie, by umap-learn.

    Reference:
        Narayan, Berger and Cho, 2021, https://doi.org/10.1038/s41587-020-00801-7
    """

    name = "densmap"
    can_transform = False
    fit_at_most = 70_000
    densmap = True
