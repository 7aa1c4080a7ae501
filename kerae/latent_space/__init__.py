"""Arithmetic, paths and traversals in the space of codes, as NumPy arrays."""

from .arithmetic import METHODS as METHODS
from .arithmetic import apply_attribute as apply_attribute
from .arithmetic import attribute_vector as attribute_vector
from .arithmetic import interpolate as interpolate
from .arithmetic import midpoint as midpoint
from .traversals import traverse as traverse
from .traversals import traverse_categories as traverse_categories
