"""Terms that keep the code in shape."""

from .cluster_assignment import ClusterAssignment as ClusterAssignment
from .code_norm import CodeNorm as CodeNorm
from .contractive import Contractive as Contractive
from .decoder_gradient import DecoderGradient as DecoderGradient
from .decoder_norm import DecoderNorm as DecoderNorm
from .dimension_wise_kl import DimensionWiseKL as DimensionWiseKL
from .index_code_mutual_information import IndexCodeMutualInformation as IndexCodeMutualInformation
from .kl_divergence import KLDivergence as KLDivergence
from .kl_sparsity import KLSparsity as KLSparsity
from .l1 import L1 as L1
from .maximum_mean_discrepancy import MaximumMeanDiscrepancy as MaximumMeanDiscrepancy
from .moment_matching import MomentMatching as MomentMatching
from .total_correlation import TotalCorrelation as TotalCorrelation
