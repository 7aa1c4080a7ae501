"""Codes of flows: their density, what the encoder tells of an example, and what a pass reads."""

import keras
import numpy as np
import pytest
from given_noise import GivenNoise
from keras import ops
from moved_weights import move_weights

import kerae
from kerae.latents import FlowPosterior, Normal
from kerae.priors import StandardNormal

pytestmark = pytest.mark.mainly("torch")
X = np.random.default_rng(0).random((5, 6), dtype="float32")
FLOWS = ["planar", "radial", "iaf", "maf", "real_nvp", "neural_spline"]
every_flow = pytest.mark.parametrize("flow", FLOWS)


def numpy(tensor):
    return np.asarray(ops.convert_to_numpy(tensor))


def latent_and_posterior(flow, **arguments):
    latent = FlowPosterior(2, flow, num_flows=2, **arguments)
    latent(X)
    move_weights(latent)
    return latent, latent(X)


@every_flow
def test_a_code_has_the_density_of_the_normal_divided_by_the_stretch(flow):
    latent, posterior = latent_and_posterior(flow)
    epsilon = np.random.default_rng(1).normal(size=(5, 3, 2)).astype("float32")
    outputs = {"posterior": posterior, "noise": GivenNoise(epsilon)}
    outputs |= latent.draw(None, outputs, num_samples=3)
    start = Normal.sample(latent.normal, posterior, GivenNoise(epsilon), 3)
    step = 2e-3
    base = -0.5 * (epsilon**2 + numpy(posterior["log_variance"])[:, None]).sum(axis=-1)
    for example in range(5):
        for k in range(3):
            context = posterior["context"][example : example + 1]
            around = numpy(start)[example, k] + step * np.array([[1, 0], [-1, 0], [0, 1], [0, -1]])
            moved = numpy(latent.chain.forward(ops.cast(around, "float32"), context)[0])
            jacobian = (moved[[0, 2]] - moved[[1, 3]]) / (2 * step)
            expected = base[example, k] - np.log(2 * np.pi) - np.linalg.slogdet(jacobian)[1]
            found = numpy(latent.log_posterior(outputs))[example, k]
            assert found == pytest.approx(expected, abs=5e-3)
    if latent.chain.has_inverse:
        again = latent.log_prob(posterior, outputs["z"])
        np.testing.assert_allclose(numpy(again), numpy(outputs["log_posterior"]), atol=1e-3)


@every_flow
def test_flows_differ_by_example_and_not_by_sample(flow):
    latent, posterior = latent_and_posterior(flow)
    # Of one normal for all examples, what is told of them makes the difference.
    same = posterior | {name: 0 * posterior[name] for name in ("mean", "log_variance")}
    codes = numpy(latent.sample(same, GivenNoise(np.full((5, 4, 2), 0.7)), 4))
    np.testing.assert_allclose(codes, np.repeat(codes[:, :1], 4, axis=1), atol=1e-6)
    assert len(np.unique(codes[:, 0].round(5), axis=0)) == 5


def test_the_deterministic_code_is_the_mean_sent_through_the_flows():
    latent, posterior = latent_and_posterior("planar")
    expected = latent.sample(posterior, GivenNoise(np.zeros((5, 1, 2))))
    np.testing.assert_allclose(numpy(latent.mode(posterior)), numpy(expected)[:, 0], atol=1e-6)
    assert np.abs(numpy(latent.mode(posterior) - posterior["mean"])).max() > 0.01


def test_the_kl_is_estimated_from_the_codes_drawn():
    latent, posterior = latent_and_posterior("iaf", num_samples=400)
    epsilon = np.random.default_rng(1).normal(size=(5, 400, 2))
    outputs = {"posterior": posterior, "noise": GivenNoise(epsilon), "prior": StandardNormal()}
    outputs |= latent.draw(None, outputs)
    kl = numpy(latent.kl_divergence(outputs))
    log_prior = numpy(StandardNormal().log_prob(outputs["z"]))
    expected = (numpy(outputs["log_posterior"]) - log_prior).mean(axis=1)
    assert kl.shape == (5, 1) and (kl > 0).all()
    np.testing.assert_allclose(kl[:, 0], expected, rtol=1e-5)


def test_it_starts_as_the_normal():
    latent = FlowPosterior(3, "planar", num_flows=8)
    latent(X)
    epsilon = np.random.default_rng(1).normal(size=(5, 1, 3))
    codes = numpy(latent.sample(latent(X), GivenNoise(epsilon)))
    normal = numpy(latent.normal.sample(latent(X), GivenNoise(epsilon)))
    np.testing.assert_allclose(codes, normal, atol=0.2)


def test_a_flow_without_a_context_is_the_same_for_all_examples():
    latent = FlowPosterior(2, kerae.flows.RealNVP(2))
    assert sorted(latent(X)) == ["log_variance", "mean"] and latent.context_head is None


@pytest.mark.once
def test_every_part_of_a_model_takes_it(tmp_path):
    """A condition, another prior, several codes and the weights of a likelihood bound."""
    flow = kerae.flows.Chain([kerae.flows.Planar(2), kerae.flows.NeuralSpline(2, context_dim=3)])
    model = kerae.CVAE(
        (6,),
        2,
        num_classes=3,
        latent=FlowPosterior(2, flow, num_samples=3),
        prior=kerae.priors.GaussianMixture.ring(3),
        encoder=keras.layers.Dense(8, "tanh"),
    )
    model.compile("sgd")
    y = np.array([0, 1, 2, 0, 1])
    model.fit(X, y, verbose=0)
    x = kerae.data.binarize(X, seed=0)
    bounds = [model.log_likelihood(x, y, num_samples=k).mean() for k in (1, 50)]
    assert bounds[1] > bounds[0]
    model.save(tmp_path / "model.keras")
    again = kerae.load(tmp_path / "model.keras")
    np.testing.assert_allclose(again.log_likelihood(x, y, 5), model.log_likelihood(x, y, 5))
    assert type(again.latent.flow.flows[1]) is kerae.flows.NeuralSpline


@pytest.mark.once
def test_refuses():
    with pytest.raises(ValueError, match=r"`flow` to have 2 dimensions.*Received: 3"):
        FlowPosterior(2, kerae.flows.Planar(3))
    latent, posterior = latent_and_posterior("radial")
    with pytest.raises(ValueError, match="can be inverted.*Received: Radial"):
        latent.log_prob(posterior, ops.zeros((5, 1, 2)))
