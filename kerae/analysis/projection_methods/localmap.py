from .pacmap import PaCMAP


class LocalMAP(PaCMAP):
    """LocalMAP of the package pacmap: PaCMAP with clearer gaps between clusters.

    Reference:
        Wang et al., 2025, https://doi.org/10.1609/aaai.v39i20.35436
    """

    name = "localmap"
