"""Looks inside the latent space: project, cluster, score, draw, report, explore."""

from .analyse import analyse as analyse
from .analysis import Analysis as Analysis
from .cluster import cluster as cluster
from .clustering import Clustering as Clustering
from .compare import compare as compare
from .examine import Examination as Examination
from .examine import examine as examine
from .explore import explore as explore
from .glossary import glossary as glossary
from .outlier_scores import outlier_scores as outlier_scores
from .project import project as project
from .projection import Projection as Projection
from .refine_clusters import refine_clusters as refine_clusters
from .refinement import Refinement as Refinement
from .report import report as report
from .score import score as score
from .scores import Scores as Scores
