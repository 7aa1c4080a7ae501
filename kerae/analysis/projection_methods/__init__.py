"""The libraries' methods of projecting codes to the plane."""

from .codes import Codes
from .densmap import DensMAP
from .localmap import LocalMAP
from .opentsne import OpenTSNE
from .pacmap import PaCMAP
from .pca import PCA
from .tsne import TSNE
from .umap import UMAP

METHODS = {
    method.name: method
    for method in (Codes(), PCA(), TSNE(), UMAP(), DensMAP(), PaCMAP(), LocalMAP(), OpenTSNE())
}
