"""What is measured on codes, reconstructions and features."""

from .active_units import active_units as active_units
from .atom_stability import atom_stability as atom_stability
from .beta_vae_score import beta_vae_score as beta_vae_score
from .bits_per_dimension import bits_per_dimension as bits_per_dimension
from .bootstrap_interval import bootstrap_interval as bootstrap_interval
from .centered_explained_variance import (
    centered_explained_variance as centered_explained_variance,
)
from .cluster_accuracy import cluster_accuracy as cluster_accuracy
from .code_perplexity import code_perplexity as code_perplexity
from .coherence import coherence as coherence
from .completeness import completeness as completeness
from .continuity import continuity as continuity
from .dci import dci as dci
from .dead_share import dead_share as dead_share
from .dense_share import dense_share as dense_share
from .density_coverage import density_coverage as density_coverage
from .dictionary_recovery import dictionary_recovery as dictionary_recovery
from .disentanglement import disentanglement as disentanglement
from .explained_variance import explained_variance as explained_variance
from .explicitness import explicitness as explicitness
from .factor_draws import FactorDraws as FactorDraws
from .factor_vae_score import factor_vae_score as factor_vae_score
from .feature_absorption import feature_absorption as feature_absorption
from .feature_splitting import feature_splitting as feature_splitting
from .firing_frequency import firing_frequency as firing_frequency
from .frechet_distance import frechet_distance as frechet_distance
from .frequency_histogram import frequency_histogram as frequency_histogram
from .interventional_robustness import interventional_robustness as interventional_robustness
from .kernel_distance import kernel_distance as kernel_distance
from .kruskal_stress import kruskal_stress as kruskal_stress
from .l0 import l0 as l0
from .linear_probe_accuracy import linear_probe_accuracy as linear_probe_accuracy
from .main_latents import main_latents as main_latents
from .matched_atoms import matched_atoms as matched_atoms
from .mean_max_cosine import mean_max_cosine as mean_max_cosine
from .modularity import modularity as modularity
from .mutual_information_gap import mutual_information_gap as mutual_information_gap
from .nearest_atoms import nearest_atoms as nearest_atoms
from .neighbor_accuracy import neighbor_accuracy as neighbor_accuracy
from .neighbor_distance import neighbor_distance as neighbor_distance
from .neighborhood_preservation import neighborhood_preservation as neighborhood_preservation
from .precision_recall import precision_recall as precision_recall
from .preservation_auc import preservation_auc as preservation_auc
from .purity import purity as purity
from .sap_score import sap_score as sap_score
from .shepard_correlation import shepard_correlation as shepard_correlation
from .unexplained_variance import unexplained_variance as unexplained_variance
