"""A density element by element, by integration, and what is drawn by it."""

import keras
import numpy as np
import pytest
from keras import ops
from numbered_noise import noise

import kerae
from kerae import priors
from kerae.testing import check_part

pytestmark = pytest.mark.mainly("torch")


@pytest.fixture
def prior():
    """With weights so large that each element says much of the next."""
    kerae.set_random_seed(3)
    prior = priors.Autoregressive(num_components=3, widths=(8,))
    kerae.VAE((4,), 2, prior=prior, encoder=keras.layers.Dense(3))
    generator = np.random.default_rng(0)
    for kernel in prior.network.kernels:
        kernel.assign(generator.normal(size=kernel.shape, scale=0.7))
    bias = prior.network.biases[-1]
    bias.assign(generator.normal(size=bias.shape))
    return prior


def test_it_integrates_to_one_and_draws_what_it_says(prior):
    axis = np.linspace(-30, 30, 1001)
    grid = np.stack(np.meshgrid(axis, axis, indexing="ij"), -1).astype("float32")
    log_prob = ops.convert_to_numpy(prior.log_prob(ops.convert_to_tensor(grid)))
    mass = np.exp(log_prob) * (axis[1] - axis[0]) ** 2
    assert mass.sum() == pytest.approx(1, abs=1e-3)
    rows = 4000
    z = ops.convert_to_numpy(prior.sample(noise(rows)))
    for function in (
        lambda z: z[..., 0],
        lambda z: z[..., 1],
        lambda z: z[..., 0] ** 2,
        lambda z: z[..., 1] ** 2,
        lambda z: z[..., 0] * z[..., 1],
    ):
        drawn = function(z)
        exact = (mass * function(grid)).sum()
        assert abs(drawn.mean() - exact) < 4 * drawn.std() / np.sqrt(rows) + 1e-2


def test_it_is_a_part():
    check_part(priors.Autoregressive(num_components=2, widths=(4,)))
