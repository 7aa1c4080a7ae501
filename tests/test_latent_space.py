import keras
import numpy as np
import pytest

import kerae
from kerae.latent_space import (
    apply_attribute,
    attribute_vector,
    interpolate,
    midpoint,
    traverse,
)

pytestmark = pytest.mark.once
A, B = np.array([[3.0, 0.0]]), np.array([[0.0, 3.0]])


def test_linear_goes_straight():
    expected = [[3.0, 0.0], [2.0, 1.0], [1.0, 2.0], [0.0, 3.0]]
    np.testing.assert_allclose(interpolate(A, B, 4)[0], expected, atol=1e-12)


def test_slerp_goes_round_in_equal_angles():
    # From 0 to 90 degrees by thirds, on the circle of radius 3.
    angles = np.radians([0, 30, 60, 90])
    expected = 3 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    np.testing.assert_allclose(interpolate(A, B, 4, "slerp")[0], expected, atol=1e-12)


@pytest.mark.parametrize("method", ["linear", "slerp"])
def test_both_ends_are_included(method):
    generator = np.random.default_rng(0)
    a, b = generator.normal(size=(2, 5, 3)).astype("float32")
    path = interpolate(a, b, 7, method)
    assert path.shape == (5, 7, 3) and path.dtype == np.float32
    np.testing.assert_allclose(path[:, 0], a, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(path[:, -1], b, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("factor", [1.0, 2.0, 0.0], ids=lambda f: f"b={f:g}a")
def test_slerp_goes_straight_where_the_arc_is_undefined(factor):
    path = interpolate(A, factor * A, 3, "slerp")
    if factor != 0:
        np.testing.assert_allclose(path[0, 1], (A[0] + factor * A[0]) / 2, atol=1e-12)
    assert np.isfinite(path).all()


def test_slerp_goes_round_to_the_opposite_code():
    path = interpolate(A, -A, 3, "slerp")[0]
    np.testing.assert_allclose(np.abs(path), [[3, 0], [0, 3], [3, 0]], atol=1e-12)


@pytest.mark.parametrize("method", ["linear", "slerp"])
def test_codes_of_several_axes_go_the_way_of_flat_ones(method):
    generator = np.random.default_rng(0)
    a, b = generator.normal(size=(2, 5, 3, 2, 4))
    path = interpolate(a, b, 6, method)
    flat = interpolate(a.reshape(5, -1), b.reshape(5, -1), 6, method)
    np.testing.assert_allclose(path, flat.reshape(5, 6, 3, 2, 4))
    np.testing.assert_allclose(midpoint(a, b), (a + b) / 2)
    moved = apply_attribute(a, b[0], [0.0, 2.0])
    np.testing.assert_allclose(moved[:, 1], a + 2 * b[0])
    np.testing.assert_allclose(apply_attribute(a, b[0]), a + b[0])


def test_codes_may_be_integers():
    path = interpolate(np.array([[0]]), np.array([[1]]), 3)
    np.testing.assert_allclose(path[0, :, 0], [0.0, 0.5, 1.0])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((A, B[:, :1]), r"\(1, 2\) and \(1, 1\)"),
        ((A[0], B[0]), r"codes of shape \(n, latent_dim\).*\(2,\). Give one"),
        ((A, B, 1), "at least 2. Received: 1"),
        ((A, B, 3, "cubic"), "'cubic'"),
    ],
    ids=["shapes", "single", "steps", "method"],
)
def test_refuses(arguments, message):
    with pytest.raises(ValueError, match=message):
        interpolate(*arguments)


def test_the_midpoint_is_halfway():
    np.testing.assert_allclose(
        midpoint([[0.0, 2.0], [1, 1]], [[1.0, 4.0], [3, 1]]), [[0.5, 3], [2, 1]]
    )
    with pytest.raises(ValueError, match=r"\(1, 2\) and \(1, 1\)"):
        midpoint(A, B[:, :1])


generator = np.random.default_rng(0)
ENCODER, DECODER = generator.normal(size=(4, 3)), generator.normal(size=(3, 4))
ENCODER_BIAS, DECODER_BIAS = generator.normal(size=3), generator.normal(size=4)


@pytest.fixture(scope="module")
def linear():
    """z = x ENCODER + ENCODER_BIAS, and the reconstruction z DECODER + DECODER_BIAS, 2x2 pixels."""
    decoder = keras.Sequential([keras.layers.Dense(4), keras.layers.Reshape((2, 2, 1))])
    model = kerae.AE(
        (2, 2, 1), 3, likelihood="normal", encoder=keras.layers.Flatten(), decoder=decoder
    )
    model.latent.head.set_weights([ENCODER, ENCODER_BIAS])
    decoder.set_weights([DECODER, DECODER_BIAS])
    return model


def test_an_attribute_is_the_difference_of_mean_codes(linear):
    generator = np.random.default_rng(1)
    x_with, x_without = (generator.random((n, 2, 2, 1), "float32") for n in (7, 4))
    pixels = x_with.reshape(7, 4).mean(axis=0) - x_without.reshape(4, 4).mean(axis=0)
    found = attribute_vector(linear, x_with, x_without)
    np.testing.assert_allclose(found, pixels @ ENCODER, rtol=1e-4, atol=1e-6)


def test_an_attribute_is_added_removed_or_varied():
    z, vector = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([10.0, 20.0])
    np.testing.assert_allclose(apply_attribute(z, vector), [[11, 22], [13, 24]])
    np.testing.assert_allclose(apply_attribute(z, vector, -0.5), [[-4, -8], [-2, -6]])
    varied = apply_attribute(z, vector, [0, 1, 2])
    np.testing.assert_allclose(varied[0], [[1, 2], [11, 22], [21, 42]])
    np.testing.assert_allclose(varied[1], [[3, 4], [13, 24], [23, 44]])


@pytest.mark.parametrize(
    ("arguments", "received"),
    [
        ((np.zeros(2), np.zeros(2)), r"\(2,\), \(2,\) and \(\)"),
        ((np.zeros((3, 2)), np.zeros(3)), r"\(3, 2\), \(3,\) and \(\)"),
        ((np.zeros((3, 2)), np.zeros((1, 2))), r"\(3, 2\), \(1, 2\) and \(\)"),
        ((np.zeros((3, 2)), np.zeros(2), np.zeros((2, 2))), r"\(3, 2\), \(2,\) and \(2, 2\)"),
    ],
    ids=["one code", "lengths", "vectors", "strengths"],
)
def test_refuses_an_attribute_that_does_not_fit(arguments, received):
    with pytest.raises(ValueError, match=f"Received: shapes {received}"):
        apply_attribute(*arguments)


def decoded(z):
    return (z @ DECODER + DECODER_BIAS).reshape(-1, 2, 2, 1)


def test_a_traversal_moves_one_dimension_and_keeps_the_others(linear):
    z = np.array([0.5, -1.0, 2.0])
    images = traverse(linear, z, range=(-2, 2), steps=3)
    assert images.shape == (3, 3, 2, 2, 1)
    np.testing.assert_allclose(
        images[1], decoded(np.array([[0.5, -2, 2], [0.5, 0, 2], [0.5, 2, 2]])), rtol=1e-4
    )
    np.testing.assert_allclose(
        images[2], decoded(np.array([[0.5, -1, -2], [0.5, -1, 0], [0.5, -1, 2]])), rtol=1e-4
    )
    np.testing.assert_array_equal(z, [0.5, -1.0, 2.0])


def test_each_dimension_can_move_in_a_range_of_its_own(linear):
    ends = np.array([-1.0, 3.0]), np.array([1.0, 5.0])
    images = traverse(linear, np.zeros(3), dims=[0, 2], range=ends, steps=2)
    np.testing.assert_allclose(images[0], decoded(np.array([[-1, 0, 0], [1, 0, 0]])), rtol=1e-4)
    np.testing.assert_allclose(images[1], decoded(np.array([[0, 0, 3], [0, 0, 5]])), rtol=1e-4)


def test_a_traversal_of_some_dimensions_is_that_part_of_all(linear):
    z = np.array([0.5, -1.0, 2.0])
    some, every = traverse(linear, z, dims=[2, 0]), traverse(linear, z)
    np.testing.assert_allclose(some, every[[2, 0]], rtol=1e-5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"z": np.zeros((1, 3))}, r"one code, of shape \(3,\). Received: shape \(1, 3\)"),
        ({"z": np.zeros(2)}, r"Received: shape \(2,\)"),
        ({"z": np.zeros(3), "dims": [0, 3]}, r"from 0 to 2. Received: \[0, 3\]"),
        ({"z": np.zeros(3), "dims": [-1]}, r"Received: \[-1\]"),
    ],
    ids=["batch", "length", "too high", "negative"],
)
def test_refuses_to_traverse(linear, arguments, message):
    with pytest.raises(ValueError, match=message):
        traverse(linear, **arguments)
