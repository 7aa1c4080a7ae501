"""The autoencoders of the literature, a paper a class."""

from .aae import AAE as AAE
from .ae import AE as AE
from .annealed_vae import AnnealedVAE as AnnealedVAE
from .beta_tcvae import BetaTCVAE as BetaTCVAE
from .beta_vae import BetaVAE as BetaVAE
from .caae import CAAE as CAAE
from .catalogue import catalogue as catalogue
from .ciwae import CIWAE as CIWAE
from .contractive_ae import ContractiveAE as ContractiveAE
from .cvae import CVAE as CVAE
from .denoising_ae import DenoisingAE as DenoisingAE
from .dip_vae import DIPVAE as DIPVAE
from .factor_vae import FactorVAE as FactorVAE
from .flow_vae import FlowVAE as FlowVAE
from .info_vae import InfoVAE as InfoVAE
from .iwae import IWAE as IWAE
from .miwae import MIWAE as MIWAE
from .piwae import PIWAE as PIWAE
from .poincare_vae import PoincareVAE as PoincareVAE
from .rae import RAE as RAE
from .sparse_ae import SparseAE as SparseAE
from .stacked_ae import StackedAE as StackedAE
from .svae import SVAE as SVAE
from .vae import VAE as VAE
from .vae_gan import VAEGAN as VAEGAN
from .wae import WAE as WAE
