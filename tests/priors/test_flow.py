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


def of_classes(name):
    """Two classes, of which the first lies lower and closer together, and is three in four."""
    prior = Flow(flows.get(name, 2, num_flows=2, context_dim=2), num_classes=2)
    move_weights(prior)
    prior.location.assign([[-2.0, -1.0], [1.5, 1.0]])
    prior.scale.assign([[0.5, 0.8], [1.5, 0.7]])
    prior.probability.assign([0.75, 0.25])
    return prior


@torch_mainly
@every_flow
def test_the_density_is_that_of_all_classes_and_of_what_is_drawn_of_each(name):
    prior = of_classes(name)
    z = ops.convert_to_tensor(GRID)
    area = (GRID[0, 1, 0] - GRID[0, 0, 0]) ** 2
    of_each = [numpy(prior.log_prob_of_class(z, label)) for label in (0, 1)]
    expected = np.logaddexp(of_each[0] + np.log(0.75), of_each[1] + np.log(0.25))
    np.testing.assert_allclose(numpy(prior.log_prob(z)), expected, rtol=1e-4, atol=1e-4)
    of_each = np.exp(of_each)
    labels = np.arange(3000) % 3 - 1
    is_in = (numpy(prior.sample(noise(3000), ops.convert_to_tensor(labels))) > 0).any(axis=1)
    of_quadrant = [density[(GRID > 0).any(axis=-1)].sum() * area for density in of_each]
    any_class = 0.75 * of_quadrant[0] + 0.25 * of_quadrant[1]
    for label, part in zip((-1, 0, 1), (any_class, *of_quadrant)):
        found = is_in[labels == label].sum()
        assert stats.binomtest(int(found), 1000, part).pvalue > 0.001
    assert abs(of_quadrant[0] - of_quadrant[1]) > 0.2
    assert [density.sum() * area for density in of_each] == pytest.approx([1, 1], abs=5e-3)


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


@pytest.mark.slow
@torch_mainly
def test_fit_to_classes_finds_the_density_of_each():
    z, y = bent(2000), np.arange(2000) % 5 // 3
    z[y == 1] = [-40, 0] - z[y == 1]
    prior = Flow(num_flows=3, num_classes=3).fit(z, y, 25, batch_size=200, learning_rate=1e-2)
    np.testing.assert_allclose(numpy(prior.probability), [0.6, 0.4, 0], rtol=1e-6)
    held_out = bent(500, seed=1)
    entropy = 1 + np.log(2 * np.pi) + np.log(3 * 0.3)
    for label, codes in enumerate((held_out, [-40, 0] - held_out)):
        found = numpy(prior.log_prob_of_class(codes.astype("float32"), label))
        assert -entropy - 0.35 < found.mean() < -entropy + 0.1
        of_all = numpy(prior.log_prob(codes.astype("float32"))) - np.log([0.6, 0.4][label])
        np.testing.assert_allclose(of_all, found, atol=1e-3)  # no other class is near


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


@pytest.mark.once
def test_classes_are_saved_and_are_those_of_labels_for_any_model(tmp_path):
    x, y = np.random.default_rng(0).random((40, 6), dtype="float32"), np.arange(40) % 2
    model = kerae.CVAE((6,), 2, num_classes=2, encoder=keras.layers.Dense(8), prior=Flow())
    assert model.sample(3, y=1).shape == (3, 6)  # the decoder's labels, of which the prior has none
    prior = Flow.fitted(model, x, y, num_flows=2, epochs=1)
    assert prior.num_classes == 2 and prior.location.shape == (2, 2)
    again = kerae.Autoencoder((6,), kerae.latents.Normal(2), prior=prior)
    again.save(tmp_path / "model.keras")
    again = kerae.load(tmp_path / "model.keras").prior
    expected = model.sample(9, y=1, seed=0, prior=prior)
    np.testing.assert_array_equal(model.sample(9, y=1, seed=0, prior=again), expected)
    assert (model.sample(9, y=0, seed=0, prior=prior) != expected).any(axis=1).all()


@pytest.mark.once
def test_a_fit_that_is_refused_leaves_the_prior_as_it_was():
    prior = Flow(flows.RealNVP(2))
    with pytest.raises(ValueError, match="`epochs`"):
        prior.fit(bent(9), epochs=0)
    assert (numpy(prior.location) == 0).all() and (numpy(prior.scale) == 1).all()


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
        (
            lambda: Flow(num_classes=2).fit(np.eye(4)[:, :2], [0, 0, 1, 1]),
            r"codes of a class that are all the same in dimensions \[0, 1\]",
        ),
        (lambda: Flow(num_classes=2).fit(bent(4)), "`y` for a Flow with classes.*no `y`"),
        (lambda: Flow().fit(bent(4), [0, 1, 0, 1]), "none without.*num_classes=0"),
        (lambda: Flow(num_classes=2).fit(bent(4), [0, 1, 0, 2]), "4 integers from 0 to 1"),
        (lambda: Flow(flows.RealNVP(2), num_classes=3), "context_dim=0. Make it.*context_dim=3"),
        (lambda: Flow(num_classes=-1), "`num_classes` of at least 0"),
        (lambda: Flow(flows.RealNVP(3)).fit(np.zeros((3, 2))), r"`z` of shape \('n', 3\)"),
        (lambda: Flow().fit(bent(9), epochs=0), "`epochs` of at least 1"),
        (lambda: kerae.VAE((6,), 3, prior=Flow(flows.RealNVP(2))), r"this Flow, \(2,\)"),
        (lambda: with_maps(), r"vectors.*\(4, 4, 1\)"),
    ],
)
def test_refuses(make, message):
    with pytest.raises(ValueError, match=message):
        make()
