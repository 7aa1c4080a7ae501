"""Operations on tensors that parts of a model are made of."""

from .divergences import kl_divergence_normals as kl_divergence_normals
from .divergences import maximum_mean_discrepancy as maximum_mean_discrepancy
