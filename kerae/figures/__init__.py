"""Pictures of a run and of a trained model, as matplotlib figures."""

from .atoms import atoms as atoms
from .category_traversals import category_traversals as category_traversals
from .cluster_sheet import cluster_sheet as cluster_sheet
from .code_maps import code_maps as code_maps
from .code_usage import code_usage as code_usage
from .coherence_histogram import coherence_histogram as coherence_histogram
from .confusion import confusion as confusion
from .criterion_curve import criterion_curve as criterion_curve
from .density_histogram import density_histogram as density_histogram
from .error_by_class import error_by_class as error_by_class
from .extremes import extremes as extremes
from .images import is_image as is_image
from .interpolations import interpolations as interpolations
from .kl_per_dimension import kl_per_dimension as kl_per_dimension
from .latent_panels import latent_panels as latent_panels
from .latent_scatter import latent_scatter as latent_scatter
from .loss_curves import loss_curves as loss_curves
from .manifold import manifold as manifold
from .reconstructions import reconstructions as reconstructions
from .samples import samples as samples
from .traversals import traversals as traversals
