"""The libraries' methods of projecting codes to the plane."""

from .codes import Codes
from .opentsne import OpenTSNE
from .pacmap import LocalMAP, PaCMAP
from .pca import PCA
from .tsne import TSNE
from .umap import UMAP, DensMAP

METHODS = {
    method.name: method
    for method in (Codes(), PCA(), TSNE(), UMAP(), DensMAP(), PaCMAP(), LocalMAP(), OpenTSNE())
}
