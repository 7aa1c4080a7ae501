"""The libraries' methods of finding clusters."""

from .agglomerative import Agglomerative
from .gmm import GMM
from .hdbscan import HDBSCAN
from .kmeans import KMeans
from .spectral import Spectral

METHODS = {
    method.name: method for method in (KMeans(), GMM(), HDBSCAN(), Agglomerative(), Spectral())
}
