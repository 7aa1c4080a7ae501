"""Normal and Laplace, with every kind of scale, against SciPy."""

import numpy as np
import pytest
from gradients import gradient
from keras import ops
from scipy import stats

from kerae.likelihoods import Laplace, Normal

generator = np.random.default_rng(0)
X = generator.normal(size=(6, 4)).astype("float32")
LOCATION = generator.normal(size=(6, 4)).astype("float32")
LOG_SCALE = generator.normal(size=(6, 4)).astype("float32")

both = pytest.mark.parametrize(
    ("likelihood", "scipy"), [(Normal, stats.norm), (Laplace, stats.laplace)]
)


def expected(scipy, scale):
    return scipy.logpdf(X.astype("float64"), LOCATION, scale).sum(axis=1)


def close(found, expected):
    np.testing.assert_allclose(ops.convert_to_numpy(found), expected, rtol=2e-5)


@both
@pytest.mark.parametrize("scale", [1.0, 0.1, 7])
def test_a_fixed_scale(likelihood, scipy, scale):
    close(likelihood(scale).log_prob(X, LOCATION), expected(scipy, scale))


@both
def test_a_learned_scale_starts_at_one_and_is_one_trained_logarithm(likelihood, scipy):
    learned = likelihood("learned")
    close(learned.log_prob(X, LOCATION), expected(scipy, 1.0))
    (log_scale,) = learned.trainable_variables
    log_scale.assign(np.log(0.3))
    close(learned.log_prob(X, LOCATION), expected(scipy, 0.3))


@both
def test_a_predicted_scale_is_half_the_second_channels_exponentiated(likelihood, scipy):
    parameters = np.concatenate([LOCATION, 2 * LOG_SCALE], axis=-1)
    predicted = likelihood("predicted")
    assert predicted.parameter_shape((5, 5, 3)) == (5, 5, 6)
    close(predicted.log_prob(X, parameters), expected(scipy, np.exp(LOG_SCALE.astype("float64"))))
    np.testing.assert_array_equal(ops.convert_to_numpy(predicted.mean(parameters)), LOCATION)


@both
def test_a_given_scale_needs_no_more_parameters_and_the_mean_is_the_location(likelihood, scipy):
    for scale in (1.0, "learned"):
        assert likelihood(scale).parameter_shape((5, 5, 3)) == (5, 5, 3)
    np.testing.assert_array_equal(ops.convert_to_numpy(likelihood().mean(LOCATION)), LOCATION)


@pytest.mark.parametrize(("beyond", "limit"), [(50.0, 20.0), (-50.0, -20.0)])
@pytest.mark.parametrize(
    ("likelihood", "standard_loss"),
    [
        (Normal, lambda residual: residual**2 / 2 + np.log(2 * np.pi) / 2),
        (Laplace, lambda residual: abs(residual) + np.log(2)),
    ],
)
def test_a_predicted_scale_is_limited_and_finds_its_way_back(
    likelihood, standard_loss, beyond, limit
):
    def loss(doubled_log_scale):
        parameters = ops.reshape(ops.stack([1.0, doubled_log_scale]), (1, 2))
        return -ops.sum(likelihood("predicted").log_prob(np.zeros((1, 1)), parameters))

    at_limit = standard_loss(np.exp(-limit / 2)) + limit / 2
    assert float(loss(beyond)) == pytest.approx(at_limit, rel=1e-5)
    # A step against the gradient goes towards the limits.
    assert np.sign(gradient(loss, beyond)) == np.sign(beyond)


@both
@pytest.mark.parametrize("scale", [0, -1.0, "lerned", None])
def test_refuses_another_scale(likelihood, scipy, scale):
    with pytest.raises(ValueError, match=f"`scale`.*scale={scale!r}"):
        likelihood(scale)
