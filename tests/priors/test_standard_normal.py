from types import SimpleNamespace

import numpy as np
import pytest
from given_noise import GivenNoise
from keras import ops
from scipy import stats

from kerae.latents import Normal
from kerae.priors import StandardNormal


def test_log_prob_is_scipys_summed_over_the_last_axis():
    z = np.random.default_rng(0).normal(size=(4, 3, 5)).astype("float32")
    expected = stats.multivariate_normal(np.zeros(5), np.eye(5)).logpdf(z)
    found = ops.convert_to_numpy(StandardNormal().log_prob(z))
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_a_sample_is_the_noise_itself():
    prior = StandardNormal()
    prior.fit_to(SimpleNamespace(latent=Normal(3)))
    epsilon = np.random.default_rng(0).normal(size=(4, 3)).astype("float32")
    np.testing.assert_array_equal(ops.convert_to_numpy(prior.sample(GivenNoise(epsilon))), epsilon)


def test_refuses_labels():
    prior = StandardNormal()
    prior.fit_to(SimpleNamespace(latent=Normal(3)))
    with pytest.raises(ValueError, match=r"StandardNormal has no classes.*fitted"):
        prior.sample(GivenNoise(np.zeros((4, 3))), labels=np.zeros(4, int))
