"""Pictures of a run and of a trained model, as matplotlib figures."""

from .codes import latent_panels as latent_panels
from .codes import latent_scatter as latent_scatter
from .curves import loss_curves as loss_curves
from .images import is_image as is_image
from .images import manifold as manifold
from .images import reconstructions as reconstructions
from .images import samples as samples
from .images import traversals as traversals
