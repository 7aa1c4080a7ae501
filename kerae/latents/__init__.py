"""Codes: what q(z|x) is and how it is drawn from."""

from .categorical import Categorical as Categorical
from .deterministic import Deterministic as Deterministic
from .discrete import Discrete as Discrete
from .flow_posterior import FlowPosterior as FlowPosterior
from .hamiltonian_posterior import HamiltonianPosterior as HamiltonianPosterior
from .hierarchical import Hierarchical as Hierarchical
from .joint import Joint as Joint
from .ladder import Ladder as Ladder
from .latent import Latent as Latent
from .mixture_of_experts import MixtureOfExperts as MixtureOfExperts
from .normal import Normal as Normal
from .power_spherical import PowerSpherical as PowerSpherical
from .product_of_experts import ProductOfExperts as ProductOfExperts
from .quantizers import FiniteScalar as FiniteScalar
from .quantizers import Grouped as Grouped
from .quantizers import LookupFree as LookupFree
from .quantizers import Quantizer as Quantizer
from .quantizers import Residual as Residual
from .quantizers import SimVQ as SimVQ
from .quantizers import TwoLevel as TwoLevel
from .quantizers import VectorQuantizer as VectorQuantizer
from .riemannian_hamiltonian_posterior import (
    RiemannianHamiltonianPosterior as RiemannianHamiltonianPosterior,
)
from .riemannian_normal import RiemannianNormal as RiemannianNormal
from .sparse import BatchTopK as BatchTopK
from .sparse import Gated as Gated
from .sparse import JumpReLU as JumpReLU
from .sparse import PAnneal as PAnneal
from .sparse import ReLU as ReLU
from .sparse import Sparse as Sparse
from .sparse import TopK as TopK
from .top_down import TopDown as TopDown
from .von_mises_fisher import VonMisesFisher as VonMisesFisher
from .wrapped_normal import WrappedNormal as WrappedNormal
