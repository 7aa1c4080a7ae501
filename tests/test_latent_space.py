import numpy as np
import pytest

from kerae.latent_space import interpolate

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


@pytest.mark.parametrize("factor", [1.0, 2.0, -1.0, 0.0], ids=lambda f: f"b={f:g}a")
def test_slerp_goes_straight_where_the_arc_is_undefined(factor):
    path = interpolate(A, factor * A, 3, "slerp")
    if factor != 0:
        np.testing.assert_allclose(path[0, 1], (A[0] + factor * A[0]) / 2, atol=1e-12)
    assert np.isfinite(path).all()


def test_codes_may_be_integers():
    path = interpolate(np.array([[0]]), np.array([[1]]), 3)
    np.testing.assert_allclose(path[0, :, 0], [0.0, 0.5, 1.0])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((A, B[:, :1]), r"\(1, 2\) and \(1, 1\)"),
        ((A, B, 1), "at least 2. Received: 1"),
        ((A, B, 3, "cubic"), "'cubic'"),
    ],
    ids=["shapes", "steps", "method"],
)
def test_refuses(arguments, message):
    with pytest.raises(ValueError, match=message):
        interpolate(*arguments)
