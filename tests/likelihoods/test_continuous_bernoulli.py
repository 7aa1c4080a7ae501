"""Against numerical integration of exp(l x) over [0, 1] in double precision."""

import numpy as np
import pytest
from keras import ops
from scipy import integrate

from kerae.likelihoods import ContinuousBernoulli

LOGITS = [0.0, 1e-3, -1e-3, 0.29, -0.29, 0.31, -0.31, 2.0, -2.0, 100.0, -100.0]


def integrals(logit):
    """log of the integral of exp(l x), and the mean of x under that density."""
    peak = max(logit, 0.0)
    points = [1 / abs(logit), 1 - 1 / abs(logit)] if abs(logit) > 2 else None

    def integral(power):
        density = lambda x: x**power * np.exp(logit * x - peak)  # noqa: E731
        return integrate.quad(density, 0, 1, points=points, epsabs=0, epsrel=1e-11)[0]

    return np.log(integral(0)) + peak, integral(1) / integral(0)


@pytest.mark.parametrize("logit", LOGITS)
def test_log_prob_is_normalized(logit):
    x = np.float32([[0.0], [0.3], [1.0]])
    found = ops.convert_to_numpy(ContinuousBernoulli().log_prob(x, np.full_like(x, logit)))
    expected = x[:, 0].astype("float64") * logit - integrals(logit)[0]
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("logit", LOGITS)
def test_mean_is_the_integral_of_x(logit):
    found = float(ContinuousBernoulli().mean(np.float32([[logit]]))[0, 0])
    assert found == pytest.approx(integrals(logit)[1], abs=2e-6)


def test_mean_stays_in_the_unit_interval_at_extreme_logits():
    logits = np.float32([[-1e8, -1e4, 1e4, 1e8]])
    mean = ops.convert_to_numpy(ContinuousBernoulli().mean(logits))[0]
    np.testing.assert_allclose(mean, [1e-8, 1e-4, 1 - 1e-4, 1.0], atol=1e-6)


def test_gray_data_have_a_density():
    ContinuousBernoulli().check_density(np.array([0.0, 0.5, 1.0]))
