"""Spaces that codes lie in: shortest ways and distances."""

from .centroid_manifold import CentroidManifold as CentroidManifold
from .discrete import Discrete as Discrete
from .euclidean import Euclidean as Euclidean
from .geometry import Geometry as Geometry
from .poincare_ball import PoincareBall as PoincareBall
from .product import Product as Product
from .sphere import Sphere as Sphere
