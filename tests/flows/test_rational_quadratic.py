"""Splines: monotone, with a slope that is their derivative, and straight beyond their ends."""

import numpy as np
import pytest
from gradients import gradient
from keras import ops

from kerae.flows.rational_quadratic import rational_quadratic

pytestmark = pytest.mark.mainly("torch")
BINS, BOUND = 5, 3.0
SIZE = 3 * BINS - 1


def numpy(tensor):
    return np.asarray(ops.convert_to_numpy(tensor)).astype("float64")


def parameters(scale, seed=0):
    return np.random.default_rng(seed).normal(0, scale, SIZE).astype("float32")


def spline(z, values, inverse=False):
    values = ops.broadcast_to(ops.convert_to_tensor(values), (*ops.shape(z), SIZE))
    return rational_quadratic(ops.convert_to_tensor(z, "float32"), values, BINS, BOUND, inverse)


def knots(values):
    """Their places, heights and slopes, by the formulas of the paper in double precision."""
    widths, heights, slopes = np.split(values.astype("float64"), [BINS, 2 * BINS])
    ends = []
    for each in (widths, heights):
        parts = np.exp(each) / np.exp(each).sum()
        parts = 1e-3 + (1 - 1e-3 * BINS) * parts
        ends.append(np.concatenate([[-BOUND], 2 * BOUND * np.cumsum(parts) - BOUND]))
    slopes = 1e-3 + np.log1p(np.exp(slopes) * np.expm1(1 - 1e-3))
    return *ends, np.concatenate([[1], slopes, [1]])


@pytest.mark.parametrize("scale", [0.5, 3.0])
def test_it_goes_through_its_knots_with_their_slopes(scale):
    x, y, slopes = knots(parameters(scale))
    moved, log_slope = map(numpy, spline(x, parameters(scale)))
    np.testing.assert_allclose(moved, y, atol=2e-5)
    np.testing.assert_allclose(log_slope, np.log(slopes), atol=1e-3)


@pytest.mark.parametrize("scale", [0.0, 0.5, 3.0])
@pytest.mark.parametrize("inverse", [False, True])
def test_it_is_increasing_inside_and_beyond_and_its_slope_is_the_derivative(scale, inverse):
    z = np.linspace(-5, 5, 401).astype("float32")
    moved, log_slope = map(numpy, spline(z, parameters(scale), inverse))
    assert (np.diff(moved) > 0).all()
    beyond = np.abs(z) >= BOUND
    np.testing.assert_array_equal(moved[beyond], z[beyond])
    np.testing.assert_array_equal(log_slope[beyond], 0)
    slope = gradient(lambda z: ops.sum(spline(z, parameters(scale), inverse)[0]), z)
    np.testing.assert_allclose(np.log(slope), log_slope, atol=2e-3)
    if scale == 0:
        np.testing.assert_allclose(moved, z, atol=1e-6)
    else:
        assert np.abs(moved - z).max() > 0.1


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("inverse", [False, True])
def test_gradients_are_finite_at_the_knots_the_ends_and_far_away(inverse, seed):
    values = parameters(1.0, seed)
    x, y, _ = knots(values)
    z = np.concatenate([y if inverse else x, [-BOUND, BOUND, -1e25, 1e25]]).astype("float32")

    def loss(both):
        moved, log_slope = spline(both[0], both[1], inverse)
        return ops.sum(moved) + ops.sum(log_slope)

    slopes = gradient(loss, [z, values])
    assert all(np.isfinite(each).all() for each in slopes)
    assert slopes[1].all()


def test_a_bin_is_that_of_the_paper_between_two_knots():
    """Equation 4, at a quarter of each bin."""
    values = parameters(1.0)
    x, y, d = knots(values)
    t, s = 0.25, np.diff(y) / np.diff(x)
    numerator = np.diff(y) * (s * t**2 + d[:-1] * t * (1 - t))
    expected = y[:-1] + numerator / (s + (d[1:] + d[:-1] - 2 * s) * t * (1 - t))
    moved = numpy(spline(x[:-1] + t * np.diff(x), values)[0])
    np.testing.assert_allclose(moved, expected, atol=1e-5)
    back = numpy(spline(expected, values, inverse=True)[0])
    np.testing.assert_allclose(back, x[:-1] + t * np.diff(x), atol=1e-5)
