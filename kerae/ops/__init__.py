"""Operations on tensors that parts of a model are made of."""

from .bounded import bounded as bounded
from .divergences import kl_divergence_normals as kl_divergence_normals
from .divergences import maximum_mean_discrepancy as maximum_mean_discrepancy
from .frozen import frozen as frozen
from .frozen import frozen_in as frozen_in
from .gradients import scaled_gradient as scaled_gradient
from .gradients import tangential_gradient as tangential_gradient
from .gradients import with_gradient_of as with_gradient_of
from .jacobian import squared_jacobian_norm as squared_jacobian_norm
from .nearest import nearest as nearest
from .replicas import batch_mean as batch_mean
