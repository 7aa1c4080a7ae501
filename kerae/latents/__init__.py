"""Codes: what q(z|x) is and how it is drawn from."""

from .deterministic import Deterministic as Deterministic
from .flow_posterior import FlowPosterior as FlowPosterior
from .latent import Latent as Latent
from .normal import Normal as Normal
