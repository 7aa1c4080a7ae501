from dataclasses import replace

import numpy as np
import pytest
from keras import ops

import kerae
from kerae import analysis

pytestmark = pytest.mark.mainly("torch")


@pytest.fixture
def x():
    return np.random.default_rng(0).random((50, 4), dtype="float32")


def vae_that_uses(x, dimensions, latent_dim=4):
    """A VAE whose posteriors are those of the prior in all other dimensions."""
    model = kerae.VAE((4,), latent_dim=latent_dim)
    model(x[:1])
    for head in (model.latent.mean_head, model.latent.log_variance_head):
        kernel, bias = head.get_weights()
        is_used = np.isin(np.arange(latent_dim), dimensions)
        head.set_weights([20 * kernel * is_used, 0 * bias])
    return model


def test_kl_and_objective_are_those_of_the_formulas(x):
    model = vae_that_uses(x, [0, 1, 2, 3])
    examined = analysis.examine(model, x)
    scores = analysis.score(examined.z, examination=examined)
    posterior = model.latent(model.encoder(x))
    mean, log_variance = (
        ops.convert_to_numpy(posterior[name]) for name in ("mean", "log_variance")
    )
    kl = 0.5 * (mean**2 + np.exp(log_variance) - 1 - log_variance)
    for dimension in range(4):
        assert scores[f"kl_{dimension}"] == pytest.approx(kl[:, dimension].mean(), rel=1e-4)
    assert scores["kl"] == pytest.approx(kl.sum(axis=1).mean(), rel=1e-4)
    error = np.square(x - model.reconstruct(x)).mean()
    assert scores["reconstruction_error"] == pytest.approx(error, rel=1e-4)
    assert scores["reconstruction"] == pytest.approx(examined.reconstruction.mean())
    assert scores["negative_elbo"] == pytest.approx(scores["reconstruction"] + scores["kl"])


def test_a_collapsed_posterior_is_named(x):
    examined = analysis.examine(vae_that_uses(x, []), x)
    scores = analysis.score(examined.z, examination=examined)
    assert scores["collapsed_dimensions"] == scores["latent_dim"] == 4
    assert scores["active_units"] == 0
    assert scores["kl"] == pytest.approx(0, abs=1e-6)
    assert scores.notes["collapsed_dimensions"].startswith(
        "posterior collapse: in all 4 dimensions"
    )
    assert "max_absolute_correlation" not in scores


def test_collapsed_dimensions_are_listed(x):
    examined = analysis.examine(vae_that_uses(x, [1, 2]), x)
    scores = analysis.score(examined.z, examination=examined)
    assert scores["collapsed_dimensions"] == 2 and scores["active_units"] == 2
    note = "dimensions that tell nothing of the example: 0, 3"
    assert scores.notes["collapsed_dimensions"] == note
    note = "constant dimensions left out: 0, 3"
    assert scores.notes["mean_absolute_correlation"] == note
    correlation = np.corrcoef(examined.z[:, 1], examined.z[:, 2])[0, 1]
    assert scores["max_absolute_correlation"] == pytest.approx(abs(correlation), rel=1e-4)


def test_a_dimension_collapses_by_its_kl_or_its_variance(x):
    examined = analysis.examine(vae_that_uses(x, [0, 1, 2, 3]), x)
    z = np.random.default_rng(0).normal(size=(50, 4)) * [1, 1, 0.05, 1]
    kl = np.tile([0.5, 0.005, 0.5, 0.02], (50, 1))
    scores = analysis.score(z, examination=replace(examined, kl=kl))
    assert scores["collapsed_dimensions"] == 2
    assert scores.notes["collapsed_dimensions"].endswith(": 1, 2")
    assert scores["kl_1"] == pytest.approx(0.005)


def test_where_only_the_sum_of_kl_is_known_variance_decides(x):
    examined = analysis.examine(vae_that_uses(x, [0, 1]), x)
    kl = examined.kl.sum(axis=1, keepdims=True)
    scores = analysis.score(examined.z, examination=replace(examined, kl=kl))
    assert scores["kl"] == pytest.approx(examined.kl.sum(axis=1).mean(), rel=1e-5)
    assert "kl_0" not in scores and scores.notes["kl_j"].startswith("left out: only the sum")
    assert scores["collapsed_dimensions"] == 2
    assert "judged by the variance" in scores.notes["collapsed_dimensions"]


def test_codes_without_density_have_no_kl(x):
    examined = analysis.examine(kerae.AE((4,), latent_dim=3), x)
    scores = analysis.score(examined.z, examination=examined)
    assert not {"kl", "kl_0", "collapsed_dimensions", "negative_elbo"} & set(scores)
    assert scores.notes["kl"] == "left out: the codes have no density q(z|x), and so no KL"
    assert {"mmd", "reconstruction", "reconstruction_error", "active_units"} <= set(scores)


def test_names_of_many_dimensions_sort_by_number(x):
    examined = analysis.examine(kerae.VAE((4,), latent_dim=12), x)
    names = [n for n in analysis.score(examined.z, examination=examined) if n.startswith("kl_")]
    assert names == sorted(names) == [f"kl_{dimension:02}" for dimension in range(12)]


def test_one_dimension_has_no_correlation(x):
    examined = analysis.examine(kerae.VAE((4,), latent_dim=1), x)
    scores = analysis.score(examined.z, examination=examined)
    assert scores["kl_0"] == scores["kl"]
    assert "fewer than two dimensions" in scores.notes["mean_absolute_correlation"]


@pytest.mark.once
def test_correlations_of_a_repeated_dimension_are_1():
    z = np.random.default_rng(0).normal(size=(30, 1)) * [1, -2, 0] + [5, 5, 5]
    scores = analysis.score(z)
    assert scores["mean_absolute_correlation"] == pytest.approx(1)
    assert scores.notes["max_absolute_correlation"] == "constant dimensions left out: 2"


def test_layers_are_told_of_one_by_one(x):
    """Two layers of one dimension each, of which the upper says nothing."""
    model = kerae.LadderVAE((4,), latent_dims=(1, 1), width=8)
    lower, upper = (layer.evidence for layer in model.latent.layers)
    for head, scale in ((lower.mean, 20), (upper.mean, 0), (upper.log_variance, 0)):
        head.set_weights([scale * each for each in head.get_weights()])
    examined = analysis.examine(model, x)
    scores = analysis.score(examined.z, examination=examined)
    kl = examined.kl.mean(axis=0)
    assert scores.notes["active_units"] == "by layer, from the lowest: 1, 0"
    assert scores.notes["kl"] == f"by layer, from the lowest: {kl[0]:.3g}, {kl[1]:.3g}"
    assert kl[1] == 0 and "kl_0" not in scores


def test_of_several_codebooks_use_is_the_mean(x):
    quantizer = kerae.latents.Residual(kerae.latents.VectorQuantizer(8, 3), depth=2)
    examined = analysis.examine(kerae.VQVAE((4,), quantizer=quantizer), x)
    scores = analysis.score(examined.z, examination=examined)
    assert examined.indices.shape == (50, 2)
    used = [len(set(level)) for level in examined.indices.T.tolist()]
    assert scores["used_codes"] == sum(used) / 16
