"""Densities of the data given the decoder's output."""

from .bernoulli import Bernoulli as Bernoulli
from .continuous_bernoulli import ContinuousBernoulli as ContinuousBernoulli
from .laplace import Laplace as Laplace
from .likelihood import Likelihood as Likelihood
from .multimodal import Multimodal as Multimodal
from .named import NAMES as NAMES
from .named import get as get
from .normal import Normal as Normal
