"""Terms that keep the code in shape."""

from .kl_divergence import KLDivergence as KLDivergence
