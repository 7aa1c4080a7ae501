"""Densities over codes."""

from .autoregressive import Autoregressive as Autoregressive
from .by_class import ByClass as ByClass
from .causal_transformer import CausalTransformer as CausalTransformer
from .code_prior import CodePrior as CodePrior
from .flow import Flow as Flow
from .gaussian_mixture import GaussianMixture as GaussianMixture
from .hierarchical import Hierarchical as Hierarchical
from .hyperbolic_normal import HyperbolicNormal as HyperbolicNormal
from .joint import Joint as Joint
from .kernel_density import KernelDensity as KernelDensity
from .learned_mixture import LearnedMixture as LearnedMixture
from .mask_git import MaskGIT as MaskGIT
from .metric_volume import MetricVolume as MetricVolume
from .named import fitted as fitted
from .pixel_cnn import PixelCNN as PixelCNN
from .prior import Prior as Prior
from .second_stage import SecondStage as SecondStage
from .standard_normal import StandardNormal as StandardNormal
from .swiss_roll import SwissRoll as SwissRoll
from .uniform_codes import UniformCodes as UniformCodes
from .uniform_sphere import UniformSphere as UniformSphere
from .vamp import Vamp as Vamp
