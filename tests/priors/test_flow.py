"""Densities of flows integrate to 1, are those of what is drawn, and can be fitted to codes."""

import keras
import numpy as np
import pytest
from keras import ops
from moved_weights import move_weights
from numbered_noise import noise
from scipy import stats

import kerae
from kerae import flows
from kerae.priors import Flow, StandardNormal

torch_mainly = pytest.mark.mainly("torch")
NAMES = ["iaf", "maf", "neural_spline", "real_nvp"]
every_flow = pytest.mark.parametrize("name", NAMES)


class Maps(kerae.latents.Latent):
    """Codes of the shape of the features."""

    def build(self, input_shape):
        self.event_shape = tuple(input_shape[1:])

    def call(self, features):
        return {"z": features}


def with_maps():
    encoder = keras.layers.Identity()
    return kerae.Autoencoder((4, 4, 1), Maps(), prior=Flow(), encoder=encoder)


def numpy(tensor):
    return np.asarray(ops.convert_to_numpy(tensor))


def moved_prior(name):
    prior = Flow(flows.get(name, 2, num_flows=2))
    move_weights(prior)
    prior.location.assign([0.5, -0.3])
    prior.scale.assign([1.5, 0.7])
    return prior


PLACES = (np.arange(180) - 89.5) / 10  # the middles of cells, of which none lies across 0
GRID = np.stack(np.meshgrid(PLACES, PLACES), axis=-1).astype("float32")


@torch_mainly
@every_flow
def test_a_density_integrates_to_1_and_to_the_part_of_the_samples_in_a_quadrant(name):
    prior = moved_prior(name)
    density = np.exp(numpy(prior.log_prob(ops.convert_to_tensor(GRID))))
    area = (GRID[0, 1, 0] - GRID[0, 0, 0]) ** 2
    assert density.sum() * area == pytest.approx(1, abs=2e-3)
    is_in = (GRID > 0).all(axis=-1)
    expected = (density * is_in).sum() * area
    found = (numpy(prior.sample(noise(4000))) > 0).all(axis=1).sum()
    assert stats.binomtest(int(found), 4000, expected).pvalue > 0.001
    normal = np.exp(numpy(StandardNormal().log_prob(ops.convert_to_tensor(GRID))))
    assert np.abs(density - normal).sum() * area > 0.1


def bent(count, seed=0):
    """Codes far from 0 whose second element follows the square of the first."""
    epsilon = np.random.default_rng(seed).normal(size=(count, 2))
    first = epsilon[:, 0]
    return np.stack([20 + 3 * first, first**2 + 0.3 * epsilon[:, 1]], axis=1).astype("float32")


@pytest.mark.slow
@torch_mainly
def test_fit_finds_a_density_that_is_not_normal():
    prior = Flow("real_nvp", num_flows=3)
    assert prior.fit(bent(1000), epochs=25, batch_size=200, learning_rate=1e-2) is prior
    held_out = bent(1000, seed=1)
    found = numpy(prior.log_prob(ops.convert_to_tensor(held_out))).mean()
    entropy = 1 + np.log(2 * np.pi) + np.log(3 * 0.3)
    covariance = np.cov(bent(1000).T)
    normal = stats.multivariate_normal(bent(1000).mean(axis=0), covariance).logpdf(held_out).mean()
    assert -entropy - 0.25 < found < -entropy + 0.1
    assert found > normal + 0.5
    drawn = numpy(prior.sample(noise(1000)))
    assert np.corrcoef(drawn[:, 0] ** 2 - 40 * drawn[:, 0], drawn[:, 1])[0, 1] > 0.9


def test_a_fitted_prior_is_drawn_from_in_the_place_of_a_models_own():
    model = kerae.AE((6,), 2, encoder=keras.layers.Dense(8, "tanh"))
    prior = Flow("neural_spline", num_flows=1)
    prior.fit(model.encode(np.random.default_rng(0).random((40, 6), "float32")), epochs=2)
    assert model.sample(3, seed=0, prior=prior).shape == (3, 6)
    with pytest.raises(ValueError, match=r"codes of the shape of this Flow, \(2,\)"):
        kerae.AE((6,), 3).sample(3, prior=prior)


@pytest.mark.once
def test_what_was_fitted_is_saved(tmp_path):
    x = np.random.default_rng(0).random((40, 6), dtype="float32")
    model = kerae.VAE((6,), 2, prior=Flow("maf", num_flows=2), encoder=keras.layers.Dense(8))
    model.prior.fit(3 + 2 * model.encode(x), epochs=2)
    model.save(tmp_path / "model.keras")
    again = kerae.load(tmp_path / "model.keras")
    z = ops.convert_to_tensor(np.float32([[0.5, 1.5]]))
    np.testing.assert_array_equal(numpy(again.prior.log_prob(z)), numpy(model.prior.log_prob(z)))
    np.testing.assert_array_equal(again.sample(3, seed=1), model.sample(3, seed=1))


@torch_mainly
@every_flow
def test_it_starts_near_the_standard_normal_and_is_trained_with_the_model(name):
    model = kerae.VAE((6,), 2, prior=Flow(name, num_flows=2), encoder=keras.layers.Dense(8))
    z = np.random.default_rng(0).normal(size=(9, 2)).astype("float32")
    normal = numpy(StandardNormal().log_prob(z))
    if name != "iaf":  # its gates are not quite open
        np.testing.assert_allclose(numpy(model.prior.log_prob(z)), normal, atol=0.1)
    before = [numpy(v).copy() for v in model.prior.trainable_variables]
    model.compile("adam")
    model.fit(np.random.default_rng(0).random((8, 6), "float32"), verbose=0)
    assert all((a != numpy(v)).any() for a, v in zip(before, model.prior.trainable_variables))


@pytest.mark.once
@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Flow("planar"), r"can be inverted.*Received: 'planar'.*'real_nvp'.*'maf'"),
        (lambda: Flow(flows.Planar(2)), "can be inverted"),
        (lambda: Flow("glow"), "`flow` to be one of .*Received: 'glow'"),
        (lambda: Flow(flows.RealNVP(2), num_flows=3), "name of a flow alone"),
        (lambda: Flow().fit(np.zeros((3, 2))), r"vary in every dimension.*dimensions \[0, 1\]"),
        (lambda: Flow(flows.RealNVP(3)).fit(np.zeros((3, 2))), r"`z` of shape \('n', 3\)"),
        (lambda: Flow().fit(bent(9), epochs=0), "`epochs` of at least 1"),
        (lambda: kerae.VAE((6,), 3, prior=Flow(flows.RealNVP(2))), r"this Flow, \(2,\)"),
        (lambda: with_maps(), r"vectors.*\(4, 4, 1\)"),
    ],
)
def test_refuses(make, message):
    with pytest.raises(ValueError, match=message):
        make()
