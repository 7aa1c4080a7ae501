"""What holds for every likelihood."""

import numpy as np
import pytest
from gradients import gradient
from keras import ops

from kerae import likelihoods
from kerae.likelihoods import Bernoulli, ContinuousBernoulli, Laplace, Normal

ALL = [
    Bernoulli(),
    ContinuousBernoulli(),
    Normal(0.5),
    Normal("learned"),
    Normal("predicted"),
    Laplace(0.5),
    Laplace("learned"),
    Laplace("predicted"),
]
every_likelihood = pytest.mark.parametrize(
    "likelihood", ALL, ids=lambda each: f"{type(each).__name__}-{getattr(each, 'scale', '')}"
)
IN_UNIT_INTERVAL = [Bernoulli(), ContinuousBernoulli()]


def log_prob(likelihood, x, parameters):
    return np.asarray(ops.convert_to_numpy(likelihood.log_prob(x, parameters)))


def draw(likelihood, shape, batch=4):
    generator = np.random.default_rng(0)
    x = generator.random((batch, *shape), dtype="float32")
    parameters = generator.normal(size=(batch, *likelihood.parameter_shape(shape)))
    return x, parameters.astype("float32")


@every_likelihood
def test_log_prob_is_one_sum_over_all_elements_for_each_example(likelihood):
    x, parameters = draw(likelihood, (4, 6, 2))
    found = log_prob(likelihood, x, parameters)
    assert found.shape == (4,)
    pixels = log_prob(likelihood, x.reshape(96, 2), parameters.reshape(96, -1))
    np.testing.assert_allclose(found, pixels.reshape(4, 24).sum(axis=1), rtol=1e-5)


@every_likelihood
def test_reshaping_the_pixels_changes_nothing(likelihood):
    x, parameters = draw(likelihood, (4, 6, 2))
    as_rows = log_prob(likelihood, x.reshape(4, 24, 2), parameters.reshape(4, 24, -1))
    np.testing.assert_allclose(as_rows, log_prob(likelihood, x, parameters), rtol=1e-6)


@every_likelihood
def test_three_equal_channels_count_three_times(likelihood):
    x, parameters = draw(likelihood, (4, 6, 1))
    once = log_prob(likelihood, x, parameters)
    repeated = log_prob(likelihood, np.repeat(x, 3, axis=-1), np.repeat(parameters, 3, axis=-1))
    np.testing.assert_allclose(repeated, 3 * once, rtol=1e-5)


EXTREME = np.float32([-1e8, -1e4, -100.0, 100.0, 1e4, 1e8])


@every_likelihood
def test_extreme_parameters_give_a_finite_log_prob_and_gradient(likelihood):
    x, parameters = (grid.reshape(-1, 1) for grid in np.meshgrid(np.float32([0, 0.3, 1]), EXTREME))
    if getattr(likelihood, "scale", None) == "predicted":
        parameters = np.concatenate([np.zeros_like(parameters), parameters], axis=1)
    assert np.isfinite(log_prob(likelihood, x, parameters)).all()
    slope = gradient(lambda p: ops.sum(likelihood.log_prob(x, p)), parameters)
    assert np.isfinite(slope).all()


@every_likelihood
def test_a_float_log_prob_is_computed_from_half_precision_parameters(likelihood):
    x, parameters = draw(likelihood, (4, 6, 1))
    halved = ops.cast(parameters, "bfloat16")
    restored = ops.cast(halved, "float32")
    np.testing.assert_array_equal(
        log_prob(likelihood, x, halved), log_prob(likelihood, x, restored)
    )


@pytest.mark.parametrize("likelihood", IN_UNIT_INTERVAL, ids=lambda each: type(each).__name__)
@pytest.mark.parametrize("x", [[0.0, 255.0], [-0.5, 1.0]], ids=str)
def test_data_outside_of_the_unit_interval_are_refused(likelihood, x):
    with pytest.raises(ValueError, match=rf"takes values in \[0, 1\].*from {x[0]:g} to {x[1]:g}"):
        likelihood.check(np.array(x))


@pytest.mark.parametrize("likelihood", IN_UNIT_INTERVAL, ids=lambda each: type(each).__name__)
def test_data_in_the_unit_interval_are_taken(likelihood):
    likelihood.check(np.array([0.0, 0.3, 1.0]))


def test_real_numbers_are_taken_by_densities_of_real_numbers():
    for likelihood in (Normal(), Laplace()):
        likelihood.check(np.array([-3.0, 300.0]))
        likelihood.check_density(np.array([-3.0, 300.0]))


def test_get_takes_names_and_objects_and_says_what_it_knows():
    assert isinstance(likelihoods.get("bernoulli"), Bernoulli)
    assert isinstance(likelihoods.get("continuous_bernoulli"), ContinuousBernoulli)
    assert isinstance(likelihoods.get("laplace"), Laplace)
    assert isinstance(likelihoods.get("normal"), Normal)
    own = Normal(0.1)
    assert likelihoods.get(own) is own
    with pytest.raises(ValueError, match=r"one of \['bernoulli'.*Received: 'mse'"):
        likelihoods.get("mse")
