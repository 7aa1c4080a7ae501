"""What is measured on codes and reconstructions."""

from .active_units import active_units as active_units
from .cluster_accuracy import cluster_accuracy as cluster_accuracy
from .continuity import continuity as continuity
from .kruskal_stress import kruskal_stress as kruskal_stress
from .linear_probe_accuracy import linear_probe_accuracy as linear_probe_accuracy
from .neighbor_accuracy import neighbor_accuracy as neighbor_accuracy
from .neighbor_distance import neighbor_distance as neighbor_distance
from .neighborhood_preservation import neighborhood_preservation as neighborhood_preservation
from .preservation_auc import preservation_auc as preservation_auc
from .purity import purity as purity
from .shepard_correlation import shepard_correlation as shepard_correlation
