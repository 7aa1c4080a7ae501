"""Codes that are one of finitely many."""

from .finite_scalar import FiniteScalar as FiniteScalar
from .grouped import Grouped as Grouped
from .lookup_free import LookupFree as LookupFree
from .quantizer import Quantizer as Quantizer
from .residual import Residual as Residual
from .sim_vq import SimVQ as SimVQ
from .two_level import TwoLevel as TwoLevel
from .vector_quantizer import VectorQuantizer as VectorQuantizer
