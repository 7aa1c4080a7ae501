"""Looks inside the latent space: project, cluster, score, draw, report, explore."""

from .examine import Examination as Examination
from .examine import examine as examine
