"""What every public class keeps to. A new class fails here until it has an entry below."""

import inspect
import json
import shutil

import keras
import numpy as np
import pytest
from gradients import loss_gradients
from keras import ops

import kerae
from kerae import (
    adversaries,
    conditions,
    corruptions,
    data,
    flows,
    latents,
    likelihoods,
    priors,
    schedules,
    targets,
    terms,
)
from kerae.backend.choice import BACKENDS
from kerae.configurable import Configurable
from kerae.part import Part
from kerae.testing import examples

ABSTRACT = {
    Configurable,
    Part,
    kerae.Term,
    adversaries.Adversary,
    conditions.Condition,
    corruptions.Corruption,
    flows.Flow,
    latents.Discrete,
    latents.Hierarchical,
    latents.Latent,
    latents.Quantizer,
    latents.Sparse,
    likelihoods.Likelihood,
    priors.CodePrior,
    priors.Prior,
    schedules.Schedule,
}
SHAPE = (4, 4, 1)
MODALITIES = {"vector": (4,), "image": (3, 3, 1)}
CLASSES = 3
# Arguments of which a model takes one.
ALTERNATIVES = {"num_classes", "condition_shape", "k", "sparsity_weight"}
X = np.random.default_rng(0).random((6, *SHAPE), dtype="float32")


def networks(parameters=SHAPE):
    encoder = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(8, "tanh")])
    decoder = keras.Sequential([keras.layers.Dense(16), keras.layers.Reshape(parameters)])
    return {"encoder": encoder, "decoder": decoder}


def two_maps():
    x = keras.Input((4, 4, 3))  # an image, and a vector of two at each pixel
    h = keras.layers.Conv2D(5, 2, strides=2)(x)
    return keras.Model(x, [h, keras.layers.Conv2D(4, 2, strides=2)(h)])


def around():
    """What stands before and after the networks."""
    return {
        "corruption": keras.layers.GaussianNoise(0.1),
        "preprocessing": data.Binarize("threshold", threshold=0.4),
        "likelihood": likelihoods.Normal("learned"),
    }


def of_network():
    return dict(latent_dim=3, widths=(8,), reverse=True, context_dim=2)


# For each class the arguments of one object, none of them a default.
ENTRIES = {
    kerae.Autoencoder: lambda: dict(
        input_shape=SHAPE,
        latent=latents.Normal(3, num_samples=2),
        prior=priors.StandardNormal(),
        terms=[kerae.Reconstruction(0.5), terms.KLDivergence(2.0), terms.Deception()],
        condition=conditions.Vector((2, 2)),
        adversary=adversaries.LatentCritic(),
        target=targets.Target(),
        input_dtype="float32",
        **networks(),
        **around(),
    ),
    kerae.AE: lambda: dict(
        input_shape=SHAPE, latent_dim=3, code_activation="tanh", **networks(), **around()
    ),
    kerae.VAE: lambda: dict(
        input_shape=SHAPE,
        latent_dim=3,
        beta=schedules.Linear(0.5, 1.0, 10),
        capacity=schedules.Cosine(0.1, 1.0, 10),
        free_bits=0.01,
        num_samples=2,
        **networks(),
        **around(),
    ),
    kerae.DenoisingAE: lambda: dict(
        input_shape=SHAPE,
        latent_dim=3,
        code_activation="tanh",
        **networks(),
        **around() | {"corruption": corruptions.Masking(0.1)},
    ),
    kerae.SAE: lambda: dict(
        input_dim=5,
        latent_dim=8,
        activation="batchtopk",
        k=3,
        sparsity_weight=None,
        aux_weight=schedules.Linear(0.5, 1.0, 10),
        lengths="divided",
        tied=True,
        bias=False,
        center="median",
        scaled=False,
        dead_after=2,
    ),
    kerae.MatryoshkaSAE: lambda: dict(
        input_dim=5,
        latent_dim=8,
        sizes=(2, 4),
        k=3,
        aux_weight=0.5,
        lengths="free",
        center="median",
        scaled=False,
        dead_after=2,
    ),
    kerae.Transcoder: lambda: dict(
        input_dim=5,
        output_dim=4,
        latent_dim=8,
        activation="jumprelu",
        k=None,
        sparsity_weight=0.5,
        aux_weight=0.5,
        skip=True,
        lengths="divided",
        bias=False,
        center="median",
        dead_after=2,
    ),
    kerae.Crosscoder: lambda: dict(
        num_layers=2,
        input_dim=5,
        latent_dim=8,
        activation="topk",
        k=3,
        sparsity_weight=None,
        aux_weight=0.5,
        bias=False,
        center="median",
        scaled=False,
        dead_after=2,
    ),
    kerae.SparseAE: lambda: dict(
        input_shape=SHAPE,
        latent_dim=3,
        penalty="l1",
        rho=0.2,
        sparsity_weight=0.5,
        **networks(),
        **around(),
    ),
    kerae.ContractiveAE: lambda: dict(
        input_shape=SHAPE,
        latent_dim=3,
        code_activation="tanh",
        contractive_weight=0.5,
        num_probes=2,
        **networks(),
        **around(),
    ),
    kerae.RAE: lambda: dict(
        input_shape=SHAPE,
        latent_dim=3,
        beta=0.3,
        regularizer="gradient",
        regularizer_weight=0.2,
        num_probes=2,
        num_components=3,
        **networks(),
        **around(),
    ),
    kerae.networks.SpectralNormalization: lambda: dict(network=networks()["decoder"]),
    kerae.networks.DictionaryDecoder: lambda: dict(
        latent_dim=8, output_shape=SHAPE, lengths="free", initial_length=0.5
    ),
    kerae.networks.DictionaryEncoder: lambda: dict(
        decoder=kerae.networks.DictionaryDecoder(8, SHAPE),
        centered=False,
        tied=True,
        use_bias=False,
        skip=True,
    ),
    terms.AuxiliaryReconstruction: lambda: dict(weight=0.5, k=3, normalization="dead_units"),
    terms.DeadUnits: lambda: dict(weight=0.5),
    terms.DictionarySparsity: lambda: dict(weight=0.5, p=schedules.Linear(1.0, 0.5, 10)),
    terms.ExplainedVariance: lambda: dict(weight=0.5),
    terms.GatedReconstruction: lambda: dict(weight=0.5),
    terms.L0: lambda: dict(weight=0.5),
    terms.NestedError: lambda: dict(sizes=(3, 6), weight=0.5),
    terms.SquaredError: lambda: dict(weight=0.5),
    terms.ThresholdSparsity: lambda: dict(weight=0.5, penalty="quadratic", target=3.0),
    latents.BatchTopK: lambda: dict(k=3, dead_after=10),
    latents.Gated: lambda: dict(dead_after=10),
    latents.JumpReLU: lambda: dict(
        threshold=0.1,
        bandwidth=2.0,
        penalty="quadratic",
        target=3.0,
        to_input=True,
        dead_after=10,
    ),
    latents.PAnneal: lambda: dict(end=0.5, steps=10, dead_after=10),
    latents.ReLU: lambda: dict(dead_after=10),
    latents.TopK: lambda: dict(k=3, dead_after=10),
    terms.ClusterAssignment: lambda: dict(
        centers=[[0.0, 1.0, 2.0], [3.0, 2.0, 1.0]], weight=0.5, alpha=2.0
    ),
    terms.CodeEntropy: lambda: dict(weight=0.5, gamma=0.9, temperature=0.1, group_dim=2),
    terms.CodebookError: lambda: dict(weight=0.5),
    terms.CodebookOrthogonality: lambda: dict(weight=0.5),
    terms.Commitment: lambda: dict(weight=0.5),
    terms.Perplexity: lambda: dict(weight=0.5),
    terms.UsedCodes: lambda: dict(weight=0.5),
    terms.CodeNorm: lambda: dict(weight=0.5),
    terms.Contractive: lambda: dict(weight=0.5, num_probes=2),
    terms.DecoderGradient: lambda: dict(weight=0.5, num_probes=2),
    terms.DecoderNorm: lambda: dict(weight=0.5),
    terms.ImportanceWeightedBound: lambda: dict(
        num_groups=2, gradient="doubly_reparameterized", encoder_groups=3, weight=0.5
    ),
    terms.KLSparsity: lambda: dict(rho=0.2, weight=0.5),
    terms.L1: lambda: dict(weight=0.5),
    kerae.StackedAE: lambda: dict(
        input_shape=SHAPE,
        latent_dim=3,
        code_activation="tanh",
        widths=(8, 5),
        activation="tanh",
        dropout=0.1,
        tied=True,
        **around(),
    ),
    corruptions.Gaussian: lambda: dict(stddev=0.1),
    corruptions.Masking: lambda: dict(probability=0.1),
    corruptions.SaltAndPepper: lambda: dict(probability=0.1, low=0.2, high=0.8),
    kerae.CVAE: lambda: dict(
        input_shape=SHAPE,
        latent_dim=3,
        num_classes=CLASSES,
        condition_shape=None,
        embedding_dim=2,
        beta=0.5,
        **networks(),
        **around(),
    ),
    kerae.AAE: lambda: dict(
        input_shape=SHAPE,
        latent_dim=2,
        prior=priors.SwissRoll(CLASSES),
        adversarial_weight=0.5,
        num_classes=CLASSES,
        critic=keras.layers.Dense(1),
        **networks(),
        **around(),
    ),
    kerae.CAAE: lambda: dict(
        input_shape=SHAPE,
        latent_dim=3,
        num_classes=None,
        condition_shape=(2,),
        prior=priors.StandardNormal(),
        adversarial_weight=0.5,
        critic=keras.layers.Dense(1),
        **networks(),
        **around(),
    ),
    kerae.BetaVAE: lambda: dict(
        input_shape=SHAPE, latent_dim=3, beta=2.0, **networks(), **around()
    ),
    kerae.IWAE: lambda: dict(
        input_shape=SHAPE,
        latent_dim=3,
        num_samples=3,
        gradient="doubly_reparameterized",
        **networks(),
        **around(),
    ),
    kerae.MIWAE: lambda: dict(
        input_shape=SHAPE, latent_dim=3, num_samples=6, num_groups=2, **networks(), **around()
    ),
    kerae.PIWAE: lambda: dict(
        input_shape=SHAPE, latent_dim=3, num_samples=6, num_groups=2, **networks(), **around()
    ),
    kerae.CIWAE: lambda: dict(
        input_shape=SHAPE, latent_dim=3, beta=0.3, num_samples=3, **networks(), **around()
    ),
    kerae.AnnealedVAE: lambda: dict(
        input_shape=SHAPE, latent_dim=3, gamma=5.0, capacity=2.0, steps=10, **networks(), **around()
    ),
    kerae.SVAE: lambda: dict(
        input_shape=SHAPE,
        latent_dim=3,
        distribution="power_spherical",
        beta=0.5,
        num_samples=2,
        **networks(),
        **around(),
    ),
    kerae.VampVAE: lambda: dict(
        input_shape=SHAPE,
        latent_dim=3,
        num_pseudo_inputs=4,
        beta=0.5,
        num_samples=2,
        **networks(),
        **around(),
    ),
    kerae.GMVAE: lambda: dict(
        input_shape=SHAPE,
        latent_dim=3,
        num_clusters=4,
        beta=0.5,
        num_samples=2,
        **networks(),
        **around(),
    ),
    kerae.LadderVAE: lambda: dict(
        input_shape=SHAPE,
        latent_dims=(3, 2),
        width=8,
        beta=0.5,
        free_bits=0.01,
        num_samples=2,
        **networks(),
        **around(),
    ),
    kerae.TopDownVAE: lambda: dict(
        input_shape=SHAPE,
        num_layers=2,
        latent_channels=2,
        width=6,
        beta=0.5,
        free_bits=0.01,
        num_samples=2,
        encoder=keras.Sequential([keras.layers.Conv2D(5, 2, strides=2)]),
        decoder=keras.Sequential([keras.layers.Conv2DTranspose(1, 2, strides=2)]),
        **around(),
    ),
    kerae.MultimodalVAE: lambda: dict(
        modalities=MODALITIES,
        latent_dim=3,
        experts="mixture",
        likelihoods={"vector": likelihoods.Normal("predicted")},
        modality_weights={"vector": 0.5},
        modality_dropout=True,
        beta=0.5,
        num_samples=2,
        encoder=kerae.networks.multimodal_encoder(
            MODALITIES, {"vector": keras.layers.Dense(5, "tanh")}
        ),
        decoder=kerae.networks.multimodal_decoder((3,), MODALITIES | {"vector": (8,)}),
    ),
    kerae.PoincareVAE: lambda: dict(
        input_shape=SHAPE,
        latent_dim=3,
        distribution="riemannian",
        curvature=0.5,
        learn_curvature=True,
        prior_scale=0.5,
        beta=0.5,
        num_samples=2,
        **networks(),
        **around(),
    ),
    kerae.CategoricalVAE: lambda: dict(
        input_shape=SHAPE,
        num_variables=2,
        num_categories=3,
        temperature=schedules.Linear(1.0, 0.5, 10),
        straight_through=True,
        beta=0.5,
        num_samples=2,
        **networks(),
        **around(),
    ),
    kerae.JointVAE: lambda: dict(
        input_shape=SHAPE,
        latent_dim=3,
        num_variables=2,
        num_categories=3,
        gamma=2.0,
        capacity_z=schedules.Linear(0.5, 1.0, 10),
        capacity_c=0.5,
        steps=10,
        temperature=schedules.Linear(1.0, 0.5, 10),
        **networks(),
        **around(),
    ),
    kerae.VQVAE: lambda: dict(
        input_shape=SHAPE,
        num_codes=6,
        code_dim=3,
        commitment=0.5,
        quantizer=latents.VectorQuantizer(6, 3, decay=0.9),
        **networks(),
        **around(),
    ),
    kerae.VQVAE2: lambda: dict(
        input_shape=SHAPE,
        num_codes=6,
        code_dim=3,
        commitment=0.5,
        top=latents.VectorQuantizer(6, 3, decay=0.9),
        bottom=latents.SimVQ(5, 2),
        halvings=2,
        condition=conditions.Vector((2,)),
        encoder=two_maps(),
        decoder=keras.Sequential([keras.layers.Conv2DTranspose(1, 2, strides=2)]),
        **around(),
    ),
    kerae.WAE: lambda: dict(
        input_shape=SHAPE,
        latent_dim=2,
        divergence="gan",
        weight=0.5,
        prior=priors.SwissRoll(),
        critic=keras.layers.Dense(1),
        **networks(),
        **around(),
    ),
    kerae.TwoStageVAE: lambda: dict(
        input_shape=SHAPE,
        latent_dim=3,
        second_dim=2,
        second_widths=(8,),
        **networks(),
        **around(),
    ),
    kerae.SWAE: lambda: dict(
        input_shape=SHAPE,
        latent_dim=2,
        num_projections=7,
        weight=0.5,
        prior=priors.SwissRoll(),
        **networks(),
        **around(),
    ),
    kerae.FlowVAE: lambda: dict(
        input_shape=SHAPE,
        latent_dim=3,
        flow="iaf",
        num_flows=2,
        beta=schedules.Linear(0.5, 1.0, 10),
        free_bits=0.01,
        num_samples=2,
        **networks(),
        **around(),
    ),
    kerae.HVAE: lambda: dict(
        input_shape=SHAPE,
        latent_dim=3,
        num_leapfrog=2,
        step_size=0.1,
        tempering="free",
        num_samples=2,
        **networks(),
        **around(),
    ),
    kerae.RHVAE: lambda: dict(
        input_shape=SHAPE,
        latent_dim=3,
        num_centroids=4,
        temperature=1.0,
        regularization=0.1,
        num_leapfrog=2,
        step_size=0.1,
        tempering="free",
        num_samples=2,
        **networks(),
        **around(),
    ),
    kerae.InfoVAE: lambda: dict(
        input_shape=SHAPE,
        latent_dim=3,
        alpha=0.5,
        lambda_=2.0,
        kernel="imq",
        **networks(),
        **around(),
    ),
    kerae.FactorVAE: lambda: dict(
        input_shape=SHAPE,
        latent_dim=3,
        gamma=2.0,
        critic=keras.Sequential([keras.layers.Dense(4, "tanh"), keras.layers.Dense(1)]),
        **networks(),
        **around(),
    ),
    kerae.BetaTCVAE: lambda: dict(
        input_shape=SHAPE,
        latent_dim=3,
        dataset_size=100,
        alpha=0.5,
        beta=2.0,
        gamma=1.5,
        sampling="stratified",
        **networks(),
        **around(),
    ),
    kerae.DIPVAE: lambda: dict(
        input_shape=SHAPE,
        latent_dim=3,
        off_diagonal=2.0,
        diagonal=3.0,
        kind="ii",
        **networks(),
        **around(),
    ),
    adversaries.DensityRatio: lambda: dict(
        network=keras.Sequential([keras.layers.Dense(4, "tanh"), keras.layers.Dense(1)])
    ),
    terms.EstimatedTotalCorrelation: lambda: dict(weight=0.5),
    adversaries.LatentCritic: lambda: dict(network=keras.layers.Dense(1), num_classes=CLASSES),
    kerae.VAEGAN: lambda: dict(
        input_shape=SHAPE,
        latent_dim=3,
        adversarial_weight=0.5,
        critic=keras.layers.Dense(5),
        **networks(),
        # Pixels are not trained, and so no scale of theirs.
        **around() | {"likelihood": likelihoods.Laplace(0.5)},
    ),
    terms.Deception: lambda: dict(weight=0.5),
    adversaries.FeatureCritic: lambda: dict(features=keras.layers.Dense(5)),
    terms.FeatureReconstruction: lambda: dict(weight=0.5),
    conditions.Label: lambda: dict(num_classes=CLASSES, embedding_dim=2, for_encoder=False),
    conditions.Vector: lambda: dict(shape=(2,), for_encoder=False),
    targets.Target: lambda: dict(),
    targets.Given: lambda: dict(shape=SHAPE),
    flows.Chain: lambda: dict(flows=[flows.Planar(3), flows.Radial(3)]),
    flows.InverseAutoregressive: lambda: of_network(),
    flows.MaskedAutoregressive: lambda: of_network(),
    flows.NeuralSpline: lambda: dict(num_bins=4, tail_bound=2.0, **of_network()),
    flows.Planar: lambda: dict(latent_dim=3),
    flows.Radial: lambda: dict(latent_dim=3),
    flows.RealNVP: lambda: of_network(),
    kerae.networks.MADE: lambda: dict(
        degrees=(1, 2) * 8, num_outputs=3, widths=(8, 5), activation="tanh", context_dim=2
    ),
    latents.Categorical: lambda: dict(
        num_variables=2, num_categories=3, temperature=0.5, straight_through=True, num_samples=2
    ),
    latents.FlowPosterior: lambda: dict(latent_dim=3, flow="radial", num_flows=2, num_samples=2),
    latents.HamiltonianPosterior: lambda: dict(
        latent_dim=3, num_leapfrog=2, step_size=0.1, tempering="free", num_samples=2
    ),
    latents.RiemannianHamiltonianPosterior: lambda: dict(
        latent_dim=3,
        num_leapfrog=2,
        step_size=0.1,
        tempering="free",
        num_samples=2,
        num_centroids=4,
        temperature=1.0,
        regularization=0.1,
        num_iterations=2,
    ),
    latents.Deterministic: lambda: dict(latent_dim=3, activation="tanh"),
    latents.Joint: lambda: dict(
        parts=[latents.Normal(2), latents.Categorical(1, 3)], num_samples=2
    ),
    latents.Ladder: lambda: dict(latent_dims=(3, 2), width=8, num_samples=2),
    latents.TopDown: lambda: dict(num_layers=2, latent_channels=2, width=6, num_samples=2),
    latents.MixtureOfExperts: lambda: dict(latent_dim=3, num_samples=2),
    latents.ProductOfExperts: lambda: dict(latent_dim=3, num_samples=2),
    latents.Normal: lambda: dict(latent_dim=3, num_samples=2),
    latents.PowerSpherical: lambda: dict(latent_dim=3, num_samples=2),
    latents.RiemannianNormal: lambda: dict(
        latent_dim=3, num_samples=2, curvature=0.5, learn_curvature=True
    ),
    latents.VonMisesFisher: lambda: dict(latent_dim=3, num_samples=2),
    latents.FiniteScalar: lambda: dict(levels=(8, 7)),
    latents.Grouped: lambda: dict(quantizer=latents.FiniteScalar((8, 7)), num_groups=3),
    latents.LookupFree: lambda: dict(code_dim=4, spherical=True),
    latents.Residual: lambda: dict(
        quantizer=latents.VectorQuantizer(6, 3), depth=2, quantizer_dropout=True
    ),
    latents.SimVQ: lambda: dict(num_codes=6, code_dim=3, estimator="rotation"),
    latents.TwoLevel: lambda: dict(
        top=latents.VectorQuantizer(6, 3), bottom=latents.SimVQ(5, 2), width=4, num_blocks=1
    ),
    latents.VectorQuantizer: lambda: dict(
        num_codes=6,
        code_dim=3,
        update="gradient",
        estimator="rotation",
        decay=0.9,
        revive=0.0,
        metric="cosine",
    ),
    latents.WrappedNormal: lambda: dict(
        latent_dim=3, num_samples=2, curvature=0.5, learn_curvature=True
    ),
    priors.ByClass: lambda: dict(
        priors=[priors.Flow(flows.RealNVP(3)), priors.Flow(flows.RealNVP(3))],
        probabilities=[0.25, 0.75],
    ),
    priors.Flow: lambda: dict(flow="neural_spline", num_flows=2, num_classes=2),
    priors.GaussianMixture: lambda: dict(
        means=[[0.0, 1.0, 2.0], [3.0, 2.0, 1.0]],
        covariances=[np.eye(3).tolist(), (2 * np.eye(3)).tolist()],
        probabilities=[0.25, 0.75],
    ),
    priors.Autoregressive: lambda: dict(num_components=2, widths=(8,)),
    priors.KernelDensity: lambda: dict(num_codes=5, bandwidth=0.5),
    priors.CausalTransformer: lambda: dict(num_classes=3, width=4, num_layers=1, num_heads=2),
    priors.Joint: lambda: dict(parts=[priors.StandardNormal(), priors.UniformCodes()]),
    priors.LearnedMixture: lambda: dict(num_components=3),
    priors.MaskGIT: lambda: dict(
        num_steps=1, temperature=1.0, num_classes=3, width=4, num_layers=1, num_heads=2
    ),
    priors.PixelCNN: lambda: dict(num_classes=3, width=4, num_layers=1, kernel_size=5),
    priors.MetricVolume: lambda: dict(num_proposals=3, num_leapfrog=2, step_size=0.1),
    priors.Vamp: lambda: dict(num_pseudo_inputs=4),
    priors.Hierarchical: dict,
    priors.HyperbolicNormal: lambda: dict(scale=0.5),
    priors.StandardNormal: dict,
    priors.SecondStage: lambda: dict(second_dim=2, widths=(8,)),
    priors.SwissRoll: lambda: dict(turns=1.5, radius=2.0, num_classes=4),
    priors.UniformCodes: dict,
    priors.UniformSphere: dict,
    likelihoods.Bernoulli: dict,
    likelihoods.ContinuousBernoulli: dict,
    likelihoods.Multimodal: lambda: dict(
        modalities={"one": (5, 2), "other": (4,)},  # and two flags
        likelihoods={"other": likelihoods.Laplace("learned")},
        modality_weights={"one": 0.5},
    ),
    likelihoods.Normal: lambda: dict(scale="learned"),
    likelihoods.Laplace: lambda: dict(scale=0.5),
    kerae.Reconstruction: lambda: dict(weight=schedules.Linear(2.0, 1.0, 5)),
    terms.KLDivergence: lambda: dict(
        weight=schedules.Linear(0.5, 1.0, 10), capacity=0.1, free_bits=0.01
    ),
    terms.LayerKL: lambda: dict(layer=2, weight=0.5),
    terms.OfPart: lambda: dict(part=2, term=terms.Commitment(0.3), label="own", weight=0.5),
    terms.PartKL: lambda: dict(part=2, weight=0.5, capacity=0.1, free_bits=0.01, label="kl_own"),
    terms.MaximumMeanDiscrepancy: lambda: dict(weight=0.5, kernel="rbf"),
    terms.SlicedWasserstein: lambda: dict(weight=0.5, num_projections=7),
    terms.StructuralSimilarity: lambda: dict(weight=0.5, num_scales=1, window_size=3),
    terms.MomentMatching: lambda: dict(off_diagonal=2.0, diagonal=3.0, kind="ii", weight=0.5),
    terms.IndexCodeMutualInformation: lambda: dict(
        dataset_size=100, weight=0.5, sampling="stratified"
    ),
    terms.TotalCorrelation: lambda: dict(dataset_size=100, weight=0.5, sampling="stratified"),
    terms.DimensionWiseKL: lambda: dict(dataset_size=100, weight=0.5, sampling="stratified"),
    schedules.Linear: lambda: dict(start=0.5, end=1.0, steps=7),
    schedules.Cosine: lambda: dict(start=0.5, end=1.0, steps=7),
    schedules.Adjustable: lambda: dict(start=0.5),
    schedules.Cyclical: lambda: dict(start=0.5, end=1.0, steps=8, cycles=2, rise=0.25),
    data.Binarize: lambda: dict(policy="fixed", threshold=0.4, seed=3),
    data.ModalityDropout: lambda: dict(modalities={"one": (10,), "other": (4,)}),
}


def new(of_class):
    return of_class(**ENTRIES[of_class]())


def every_class(test):
    """What holds for each class, whatever the backend."""
    cases = pytest.mark.parametrize("of_class", ENTRIES, ids=lambda each: each.__name__)
    return pytest.mark.once(cases(test))


def configurable_classes(module):
    named = (getattr(module, name) for name in dir(module))
    return {each for each in named if inspect.isclass(each) and issubclass(each, Configurable)}


@pytest.mark.once
def test_every_public_class_has_an_entry():
    modules = [getattr(kerae, name) for name in kerae.__all__]
    modules = [kerae, *(each for each in modules if inspect.ismodule(each))]
    found = set.union(*map(configurable_classes, modules))
    assert found - ABSTRACT == set(ENTRIES)


@every_class
def test_an_entry_gives_every_argument_and_no_default(of_class):
    signatures = [inspect.signature(each.__init__) for each in of_class.__mro__[::-1]]
    parameters = {name: p for each in signatures for name, p in each.parameters.items()}
    arguments = ENTRIES[of_class]()
    # What takes the place of these is for test_composition.py.
    replaced = {"latent", "prior", "terms"} & set(of_class.passed_on)
    assert set(arguments) == set(of_class.argument_names()) - {"dtype"} - replaced
    defaults = {name for name, value in arguments.items() if value is parameters[name].default}
    assert defaults <= ALTERNATIVES and len(defaults) < 2


@every_class
def test_every_argument_is_an_attribute_of_the_same_name(of_class):
    arguments = ENTRIES[of_class]()
    made = of_class(**arguments)
    for name, value in arguments.items():
        found = getattr(made, name)
        is_function = name == "activation" and callable(found)
        expected = keras.activations.get(value) if is_function else value
        if isinstance(expected, list):
            pairs = zip(found, expected, strict=True)
            assert all(one is other or one == other for one, other in pairs)
        else:
            assert found is expected or found == expected, name


def as_json(config):
    """The config as a file holds it: tuples are lists."""
    return json.loads(json.dumps(config))


@every_class
def test_the_config_survives_from_config_keras_and_json(of_class):
    made = new(of_class)
    config = made.get_config()
    assert of_class.from_config(config).get_config() == config
    serialized = as_json(keras.saving.serialize_keras_object(made))
    again = keras.saving.deserialize_keras_object(serialized)
    assert type(again) is of_class
    assert as_json(again.get_config()) == as_json(config)


@every_class
def test_it_is_registered_in_the_package_kerae(of_class):
    assert keras.saving.get_registered_name(of_class).startswith("kerae")


# Models: each class as its entry says and with defaults; and one model around each part.


def around_part(of_class):
    part = new(of_class)
    if isinstance(part, kerae.networks.SpectralNormalization):
        arguments = {"latent": latents.Normal(3), "decoder": part}
    elif isinstance(part, kerae.networks.MADE):
        x = keras.Input(SHAPE)
        z = keras.layers.Flatten()(x)
        h = part(z, keras.layers.Dense(part.context_dim)(z))
        encoder = keras.Model(x, keras.layers.Flatten()(h))
        arguments = {"latent": latents.Normal(3), "encoder": encoder}
    elif isinstance(part, kerae.networks.DictionaryDecoder):
        flat = [keras.layers.Flatten(), keras.layers.Dense(part.latent_dim)]
        arguments = {"latent": latents.TopK(3), "decoder": part, "encoder": keras.Sequential(flat)}
    elif isinstance(part, kerae.networks.DictionaryEncoder):
        arguments = {"latent": latents.TopK(3), "decoder": part.decoder, "encoder": part}
    elif isinstance(part, data.Binarize):
        arguments = {"latent": latents.Normal(3), "preprocessing": part}
    elif isinstance(part, data.ModalityDropout):
        flat = [keras.layers.Flatten(), part, keras.layers.Reshape(SHAPE)]
        arguments = {"latent": latents.Normal(3), "preprocessing": keras.Sequential(flat)}
    else:
        arguments = part.tried_in()
    return kerae.Autoencoder(SHAPE, **networks() | arguments)


MODEL_CLASSES = [each for each in ENTRIES if issubclass(each, keras.Model)]
PARTS = [each for each in ENTRIES if not issubclass(each, keras.Model)]
MODELS = {each.__name__: lambda each=each: new(each) for each in MODEL_CLASSES}
MODELS["convolutional VAE"] = lambda: kerae.VAE((16, 16, 3), 3)
MODELS["spectral RAE"] = lambda: kerae.RAE(SHAPE, 3, regularizer="spectral")
AROUND_PARTS = {f"with {each.__name__}": lambda each=each: around_part(each) for each in PARTS}


# One model for each mechanism.
FEW = {"Autoencoder", "VAE", "convolutional VAE", "FactorVAE", "DenoisingAE", "with Contractive"}
TWO = {"VAE", "FactorVAE"}  # with and without an adversary
# With what is computed from data, or counted, while they train.
WITH_A_STATE = {"GMVAE", "RHVAE", "SAE", "TwoStageVAE", "VAEGAN", "VQVAE", "VampVAE"}
# With computations that no other has.
OF_THEIR_OWN = {"HVAE", "IWAE", "LadderVAE", "MultimodalVAE", "PoincareVAE", "SVAE"}
# Terms without weights are in the file as what their config says, which every part is asked for.
IN_FILES = {"with ClusterAssignment", "with DictionarySparsity"} | {
    f"with {each.__name__}" for each in PARTS if not issubclass(each, kerae.Term)
}


def cases(makers, mainly=BACKENDS, few=FEW, quick=None, daily=None):
    """One case a model; on other backends than `mainly`, which are slow, only a few.

    In `make quick` those named in `quick`, or all; in `make test` those in `daily`, or all.
    """

    def marks(name):
        if daily is not None and name not in daily:
            return pytest.mark.nightly
        if keras.backend.backend() not in mainly:
            return pytest.mark.slow if name in few else pytest.mark.nightly
        return () if quick is None or name in quick else pytest.mark.slow

    parameters = [pytest.param(make, id=name, marks=marks(name)) for name, make in makers.items()]
    return pytest.mark.parametrize("make", parameters)


def inputs(model):
    """What the model is called with: `x`, or `[x, y]` for conditional ones."""
    x, *y = examples(model)
    return x if model.condition is None else [x, *y]


def compiled(model, function):
    """What a function of a batch gives for the examples, without training."""
    return kerae.backend.compiled(model, function)(*map(ops.convert_to_tensor, examples(model)))


def loss(model):
    return float(compiled(model, lambda *batch: model.objective(batch, training=False)))


def dtype(tensor):
    return keras.backend.standardize_dtype(tensor.dtype)


@cases(MODELS, mainly=("torch",))
def test_a_symbolic_call_knows_the_shape_that_a_call_gives(make):
    model = make()
    symbolic = model(
        keras.tree.map_structure(lambda a: keras.Input(a.shape[1:], dtype=a.dtype), inputs(model))
    )
    assert tuple(symbolic.shape) == (None, *model.target_shape)
    assert dtype(symbolic) == "float32"
    assert model.predict(inputs(model), verbose=0).shape == (6, *model.target_shape)


@cases(MODELS | AROUND_PARTS, mainly=("torch",), few=TWO | OF_THEIR_OWN, quick=MODELS)
def test_every_trainable_variable_gets_a_finite_gradient(make):
    model = make()
    slopes = loss_gradients(model, examples(model))
    for variable, slope in zip(model.trainable_variables, slopes, strict=True):
        assert np.isfinite(slope).all(), variable.path
        assert slope.any(), variable.path


def floats(model, batch):
    """The tensors of floats that a pass gives, and the reconstruction."""
    outputs = model.propagate(*batch)
    names = ("x", "posterior", "z", "log_likelihood")
    call = batch[0] if model.condition is None else batch
    tensors = keras.tree.flatten([outputs[name] for name in names])
    return model(call), *(each for each in tensors if "float" in dtype(each))


def last_layer(network):
    return getattr(network, "layers", [network])[-1]


@cases(MODELS, mainly=("torch",), few=TWO, quick=TWO, daily=FEW | OF_THEIR_OWN | WITH_A_STATE)
def test_networks_in_half_precision_give_a_float_loss_near_the_float_one(make):
    model = make()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        mixed = make()
    finally:
        keras.config.set_dtype_policy("float32")
    mixed.set_weights(model.get_weights())
    assert last_layer(mixed.encoder).compute_dtype == "bfloat16"
    assert last_layer(mixed.decoder).compute_dtype == "bfloat16"
    tensors = compiled(mixed, lambda *batch: (mixed.objective(batch, False), *floats(mixed, batch)))
    found = tensors[0]
    tensors = [*tensors, *mixed.trainable_variables]
    assert {dtype(tensor) for tensor in tensors} == {"float32"}
    assert float(found) == pytest.approx(loss(model), rel=0.02)
    again = type(mixed).from_config(mixed.get_config())
    assert last_layer(again.encoder).compute_dtype == "bfloat16"
    assert again.latent.compute_dtype == "float32"


def test_the_same_seed_gives_the_same_weights_after_training():
    weights = []
    for _ in range(2):
        kerae.set_random_seed(5)
        model = new(kerae.VAE)
        model.compile()
        model.fit(X, epochs=2, batch_size=3, verbose=0)
        weights.append(model.get_weights())
    for first, second in zip(*weights, strict=True):
        np.testing.assert_allclose(first, second, rtol=1e-5, atol=1e-7)


@cases(MODELS, mainly=("torch",))
def test_every_example_has_finite_scores(make):
    model = make()
    data = list(examples(model)) if model.target.reads_labels else inputs(model)
    scores = model.score(*(data if isinstance(data, list) else [data]), num_samples=2)
    bounds = sum(term.is_bound for term in model.terms)
    assert len(scores) == bounds + (6 if model.latent.has_density else 2)
    for name, values in scores.items():
        assert values.shape == (6,) and np.isfinite(values).all(), name


def assert_same_after_loading(model, path):
    model.save(path)
    loaded = kerae.load(path)
    assert type(loaded) is type(model)
    assert as_json(loaded.get_config()) == as_json(model.get_config())
    assert_equal(loaded.variables, model.variables)
    return loaded


def assert_equal(these, those):
    for a, b in zip(these, those, strict=True):
        np.testing.assert_array_equal(*map(ops.convert_to_numpy, (a, b)), err_msg=a.path)


@pytest.mark.once
@cases(AROUND_PARTS, daily=IN_FILES)
def test_a_model_with_a_part_that_was_saved_and_loaded_is_the_same(make, tmp_path):
    model = make()
    for variable in model.trainable_variables:
        variable.assign(np.random.default_rng(0).normal(size=variable.shape))
    model.step.assign(3)
    model.compile()
    assert_same_after_loading(model, tmp_path / "model.keras")


@cases(
    MODELS,
    mainly=("torch",),
    few={"FactorVAE"},
    quick=TWO,
    daily=TWO | WITH_A_STATE,
)
def test_a_run_that_is_resumed_ends_like_one_that_went_through_and_is_saved(make, tmp_path):
    folder, kept = tmp_path / "checkpoints", tmp_path / "kept"

    def keep(epoch, logs):
        if epoch == 0:
            shutil.copytree(folder, kept)

    def trained(initial_epoch=0):
        kerae.set_random_seed(5)
        model = make()
        model.compile()
        checkpoint = kerae.callbacks.Checkpoint(kept if initial_epoch else folder)
        assert checkpoint.restore(model) == initial_epoch
        callbacks = [checkpoint, keras.callbacks.LambdaCallback(on_epoch_end=keep)]
        options = {"epochs": 2, "initial_epoch": initial_epoch, "batch_size": 3, "verbose": 0}
        model.fit(*examples(model), callbacks=callbacks, **options)
        return model

    through, resumed = trained(), trained(initial_epoch=1)
    assert_equal(resumed.variables, through.variables)
    assert_equal(resumed.optimizer.variables, through.optimizer.variables)
    loaded = assert_same_after_loading(through, tmp_path / "model.keras")
    assert loss(loaded) == pytest.approx(loss(through), rel=1e-6)
