"""What is measured on codes and reconstructions."""

from .active_units import active_units as active_units
from .cluster_accuracy import cluster_accuracy as cluster_accuracy
from .neighbour_accuracy import neighbour_accuracy as neighbour_accuracy
