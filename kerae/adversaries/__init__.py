"""Networks that are trained against the model, and the terms by which it answers them."""

from .adversary import Adversary as Adversary
from .deception import Deception as Deception
from .density_ratio import DensityRatio as DensityRatio
from .estimated_total_correlation import EstimatedTotalCorrelation as EstimatedTotalCorrelation
from .feature_critic import FeatureCritic as FeatureCritic
from .feature_reconstruction import FeatureReconstruction as FeatureReconstruction
from .latent_critic import LatentCritic as LatentCritic
