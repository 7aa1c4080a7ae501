import numpy as np
import pytest
from keras import ops
from scipy import special, stats

from kerae.likelihoods import Bernoulli

LOGITS = np.linspace(-5, 5, 11, dtype="float32")[:, None]


def log_prob(x, logits):
    return np.asarray(ops.convert_to_numpy(Bernoulli().log_prob(x, logits)))


@pytest.mark.parametrize("x", [0, 1])
def test_log_prob_is_scipys(x):
    found = log_prob(np.full_like(LOGITS, x), LOGITS)
    expected = stats.bernoulli.logpmf(x, special.expit(LOGITS[:, 0].astype("float64")))
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_a_gray_pixel_gets_the_expected_log_probability():
    p = special.expit(LOGITS[:, 0].astype("float64"))
    expected = 0.3 * np.log(p) + 0.7 * np.log1p(-p)
    found = log_prob(np.full_like(LOGITS, 0.3), LOGITS)
    np.testing.assert_allclose(found, expected, rtol=1e-5)


@pytest.mark.parametrize("logit", [100.0, 1e4])
def test_an_impossible_pixel_costs_its_logit(logit):
    # -log sigmoid(-l) = l + log(1 + exp(-l)): a clamp on probabilities would stop near 16.
    assert log_prob(np.float32([[0.0]]), np.float32([[logit]]))[0] == pytest.approx(-logit)
    assert log_prob(np.float32([[1.0]]), np.float32([[-logit]]))[0] == pytest.approx(-logit)


def test_mean_is_the_sigmoid():
    mean = ops.convert_to_numpy(Bernoulli().mean(LOGITS))
    np.testing.assert_allclose(mean, special.expit(LOGITS), rtol=1e-6)


def test_gray_data_have_no_density():
    Bernoulli().check_density(np.array([0.0, 1.0, 1.0]))
    with pytest.raises(ValueError, match=r'25\.0% .*kerae.data.binarize.*"continuous_bernoulli"'):
        Bernoulli().check_density(np.array([0.0, 1.0, 1.0, 0.5]))
