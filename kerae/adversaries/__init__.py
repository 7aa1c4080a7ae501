"""Networks that are trained against the model; terms are its answer to them."""

from .adversary import Adversary as Adversary
from .density_ratio import DensityRatio as DensityRatio
from .feature_critic import FeatureCritic as FeatureCritic
from .latent_critic import LatentCritic as LatentCritic
