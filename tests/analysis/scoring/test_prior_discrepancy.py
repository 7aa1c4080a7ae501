from dataclasses import replace

import numpy as np
import pytest
from keras import ops
from scipy.spatial.distance import cdist

import kerae
from kerae import analysis
from kerae.analysis.scoring import prior_discrepancy as module
from kerae.noise.repeatable import RepeatableNoise

pytestmark = pytest.mark.mainly("torch")

DIM = 3


@pytest.fixture
def examined():
    x = np.random.default_rng(0).random((100, 4), dtype="float32")
    return analysis.examine(kerae.VAE((4,), latent_dim=DIM), x)


def mmd(z, prior):
    """The unbiased MMD^2 with seven inverse multiquadrics, by SciPy's distances."""

    def kernel(a, b):
        squared = cdist(a, b, "sqeuclidean")
        return sum(2 * DIM * w / (2 * DIM * w + squared) for w in (0.1, 0.2, 0.5, 1, 2, 5, 10))

    def mean_of_pairs(a):
        values = kernel(a, a)
        return (values.sum() - np.trace(values)) / (len(a) * (len(a) - 1))

    return mean_of_pairs(z) + mean_of_pairs(prior) - 2 * kernel(z, prior).mean()


def draws_of_the_prior(model, count, seed):
    numbers = ops.arange(count, dtype="int32")
    noise = RepeatableNoise("prior discrepancy", (numbers, 0 * numbers), seed)
    return ops.convert_to_numpy(model.prior.sample(noise))


def test_it_is_that_of_scipys_distances(examined):
    estimates, used = module.prior_discrepancy(examined)
    expected = mmd(examined.z_drawn, draws_of_the_prior(examined.model, 100, seed=0))
    assert used == 100
    assert estimates == pytest.approx([expected], abs=1e-5)
    scores = analysis.score(examined.z, examination=examined)
    assert scores["mmd"] == pytest.approx(expected, abs=1e-5)
    assert "mmd" not in scores.notes


def test_batches_hold_each_code_once(examined, monkeypatch):
    monkeypatch.setattr(module, "ELEMENTS_AT_ONCE", 35**2 * DIM)  # three batches of at most 35
    estimates, used = module.prior_discrepancy(examined, seed=5)
    z = examined.z_drawn[np.random.default_rng(5).permutation(100)]
    prior = draws_of_the_prior(examined.model, 99, seed=5)
    rows = np.arange(99).reshape(3, 33)
    assert used == 99
    assert estimates == pytest.approx([mmd(z[each], prior[each]) for each in rows], abs=1e-5)
    scores = analysis.score(examined.z, examination=examined, seed=5)
    error = np.std(estimates, ddof=1) / np.sqrt(3)
    assert scores["mmd"] == pytest.approx(np.mean(estimates))
    note = f"on 99 of 100 examples; standard error {error:.2g}, from 3 batches"
    assert scores.notes["mmd"] == note


def test_draws_of_the_prior_are_about_0_away_from_it(examined):
    z_drawn = np.random.default_rng(1).normal(size=(2000, DIM))
    estimates, _ = module.prior_discrepancy(replace(examined, z_drawn=z_drawn))
    assert abs(estimates[0]) < 0.02
    shifted, _ = module.prior_discrepancy(replace(examined, z_drawn=z_drawn + 1))
    assert shifted[0] > 0.2


def test_the_seed_draws_from_the_prior(examined):
    first, again, other = (module.prior_discrepancy(examined, seed)[0] for seed in (0, 0, 1))
    assert (first == again).all() and (first != other).any()


class ByCondition(kerae.priors.Prior):
    """p(z|y) = N(z; 9 y, I)"""

    def given(self, model, outputs):
        self.mean = 9.0 * outputs["condition"][:, :1]
        return self

    def log_prob(self, z):
        mean = self.mean[:, None] if len(z.shape) == 3 else self.mean
        return -0.5 * ops.sum(ops.square(z - mean), axis=-1)

    def sample(self, noise, labels=None):
        return self.mean + noise.normal(self.event_shape)


@pytest.mark.once
def test_a_conditional_prior_is_drawn_from_for_the_conditions_of_the_examples():
    generator = np.random.default_rng(0)
    x = generator.random((300, 4), dtype="float32")
    y = (generator.random((300, 1)) > 0.5).astype("float32")
    model = kerae.CVAE((4,), DIM, condition_shape=(1,), prior=ByCondition())
    examined = analysis.examine(model, x, y)
    near = 9 * y + generator.normal(size=(300, DIM))  # codes as the prior has them
    (found,), _ = module.prior_discrepancy(replace(examined, z_drawn=near.astype("float32")))
    (far,), _ = module.prior_discrepancy(examined)
    assert abs(found) < 0.1 < far
