"""Densities over codes."""

from .flow import Flow as Flow
from .gaussian_mixture import GaussianMixture as GaussianMixture
from .prior import Prior as Prior
from .standard_normal import StandardNormal as StandardNormal
from .swiss_roll import SwissRoll as SwissRoll
