"""Looks inside the latent space: project, cluster, score, draw, report, explore."""

from .analysis import Analysis as Analysis
from .analysis import analyze as analyze
from .annealed_importance_sampling import AnnealedLikelihood as AnnealedLikelihood
from .annealed_importance_sampling import (
    annealed_importance_sampling as annealed_importance_sampling,
)
from .classifier_features import classifier_features as classifier_features
from .clustering import Clustering as Clustering
from .clustering import cluster as cluster
from .compare import compare as compare
from .examination import Examination as Examination
from .examination import examine as examine
from .explore import explore as explore
from .features import Features as Features
from .features import features as features
from .features_page import features_page as features_page
from .glossary import glossary as glossary
from .image_scores import ImageScores as ImageScores
from .image_scores import image_scores as image_scores
from .loss_recovered import LossRecovered as LossRecovered
from .loss_recovered import loss_recovered as loss_recovered
from .outlier_scores import outlier_scores as outlier_scores
from .projection import Projection as Projection
from .projection import project as project
from .refinement import Refinement as Refinement
from .refinement import refine_clusters as refine_clusters
from .report import report as report
from .score import score as score
from .scoring.scores import Scores as Scores
from .spliced import spliced as spliced
