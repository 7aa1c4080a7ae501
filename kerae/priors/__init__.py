"""Densities over codes."""

from .prior import Prior as Prior
from .standard_normal import StandardNormal as StandardNormal
