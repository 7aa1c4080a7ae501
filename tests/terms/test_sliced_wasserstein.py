import keras
import numpy as np
import pytest
from keras import ops
from scipy import optimize, stats
from shifted_normal import ShiftedNormal

import kerae
from kerae.noise.fresh import FreshNoise
from kerae.terms import SlicedWasserstein

# On others test_contract.py computes the gradients of models that have it.
pytestmark = pytest.mark.mainly("torch")

GENERATOR = np.random.default_rng(0)
CODES = GENERATOR.normal(size=(7, 3)).astype("float32")


class Draws:
    """Noise that is known to the test: of the prior, then of the directions."""

    def __init__(self, *draws):
        self.draws = list(draws)

    def normal(self, shape):
        draws = self.draws.pop(0)
        assert draws.shape[1:] == tuple(shape)
        return ops.convert_to_tensor(draws)


def value_of(prior=None, **arguments):
    """The function that the term is, of codes and noise, in a model with this prior."""
    term = SlicedWasserstein(**arguments)
    latent = kerae.latents.Deterministic(CODES.shape[1])
    model = kerae.Autoencoder((3,), latent, prior=prior, terms=[term])

    def value(z, noise):
        z = ops.convert_to_tensor(z[:, None])
        outputs = {"x": z, "z": z, "noise": noise, "prior": model.prior}
        return ops.convert_to_numpy(term.value(model, outputs))

    return value


def by_assignment(a, b):
    """W_2^2 of points on a line, by the cheapest of all assignments."""
    cost = np.square(a[:, None] - b[None])
    return cost[optimize.linear_sum_assignment(cost)].mean()


def test_it_is_the_mean_cost_of_transport_along_directions_of_draws_of_the_prior():
    epsilon = GENERATOR.normal(size=CODES.shape).astype("float32")
    random = GENERATOR.normal(size=(7, 5, 3)).astype("float32")
    directions = random.mean(axis=0) / np.linalg.norm(random.mean(axis=0), axis=1, keepdims=True)
    drawn = 3 + 0.5 * epsilon
    expected = np.mean([by_assignment(CODES @ each, drawn @ each) for each in directions])
    value = value_of(ShiftedNormal(3.0, scale=0.5), num_projections=5)
    found = value(CODES, Draws(epsilon, random))
    np.testing.assert_allclose(found, np.full(7, expected), rtol=1e-5)


def test_a_shift_of_all_codes_costs_its_squared_length_by_dimension():
    shift = np.array([1.0, -2.0, 0.5], "float32")
    value = value_of(num_projections=200)
    draws = [GENERATOR.normal(size=(7, 200, 3)).astype("float32") for _ in range(10)]
    costs = [value(CODES + shift, Draws(CODES, each))[0] for each in draws]
    # (theta . m)^2 / |m|^2 has the distribution beta(1/2, (d - 1)/2), in each of 2,000 directions.
    squared, of_direction = np.square(shift).sum(), stats.beta(0.5, 1.0)
    assert of_direction.mean() == pytest.approx(1 / 3)
    standard_error = squared * of_direction.std() / np.sqrt(2000)
    assert abs(np.mean(costs) - squared / 3) < 4 * standard_error


def test_directions_are_new_for_each_batch():
    noise = FreshNoise(keras.random.SeedGenerator(0), 7)
    value = value_of(num_projections=1)
    first, second = (value(CODES, noise)[0] for _ in range(2))
    assert first != second


def test_of_codes_of_the_prior_less_is_left_the_more_there_are():
    means = []
    for count in (10, 1000):
        value, noise = value_of(), FreshNoise(keras.random.SeedGenerator(0), count)
        z = GENERATOR.normal(size=(5, count, 3)).astype("float32")
        means.append(np.mean([value(each, noise)[0] for each in z]))
    assert means[1] < 0.1 * means[0]


def test_a_batch_of_one_is_compared_too_and_training_goes_on():
    x = np.random.default_rng(0).random((5, 3), dtype="float32")
    model = kerae.SWAE((3,), 2)
    model.compile()
    logs = model.fit(x, batch_size=4, epochs=2, verbose=0).history  # batches of 4 and of 1
    assert np.isfinite(logs["loss"]).all() and min(logs["sliced_wasserstein"]) > 0


def test_refuses_no_directions():
    with pytest.raises(ValueError, match="`num_projections` of at least 1.*0"):
        SlicedWasserstein(num_projections=0)
