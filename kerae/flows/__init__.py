"""Functions of codes that can be inverted, for posteriors and priors."""

from .chain import Chain as Chain
from .flow import Flow as Flow
from .inverse_autoregressive import InverseAutoregressive as InverseAutoregressive
from .masked_autoregressive import MaskedAutoregressive as MaskedAutoregressive
from .named import get as get
from .neural_spline import NeuralSpline as NeuralSpline
from .planar import Planar as Planar
from .radial import Radial as Radial
from .real_nvp import RealNVP as RealNVP
