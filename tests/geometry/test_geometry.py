"""Shortest ways and distances, against the formulas of other models of the same spaces."""

import numpy as np
import pytest
from keras import ops

import kerae
from kerae.geometry import Euclidean, PoincareBall, Sphere
from kerae.ops.hyperbolic import exponential, logarithm

pytestmark = pytest.mark.mainly("torch")
GENERATOR = np.random.default_rng(0)
T = np.linspace(0, 1, 5)[None, :, None]


def on_sphere(n):
    z = GENERATOR.normal(size=(n, 3))
    return z / np.linalg.norm(z, axis=1, keepdims=True)


OPPOSITE = np.array([[1.0, 0, 0], [0, 0.6, -0.8], [-0.8, 0, 0.6], [0.48, 0.64, 0.6]])


def in_ball(n, c):
    z = GENERATOR.normal(size=(n, 3))
    radius = GENERATOR.uniform(0.05, 0.95, size=(n, 1)) / np.sqrt(c)
    return z / np.linalg.norm(z, axis=1, keepdims=True) * radius


@pytest.mark.parametrize(
    ("geometry", "codes"),
    [
        (Euclidean(), in_ball(8, 1.0)),
        (Sphere(), on_sphere(8)),
        (Sphere(), np.concatenate([OPPOSITE, -OPPOSITE])),
        (PoincareBall(0.6), in_ball(8, 0.6)),
    ],
    ids=["flat", "sphere", "opposite", "ball"],
)
def test_ways_have_their_ends_constant_speed_and_the_length_of_the_distance(geometry, codes):
    a, b = codes[:4, None], codes[4:, None]
    path = geometry.path(a, b, T)
    np.testing.assert_allclose(path[:, [0]], a, atol=1e-5)
    np.testing.assert_allclose(path[:, [-1]], b, atol=1e-5)
    pieces = geometry.distance(path[:, 1:], path[:, :-1])
    whole = geometry.distance(a, b)
    np.testing.assert_allclose(pieces, np.broadcast_to(whole / 4, pieces.shape), rtol=1e-4)
    np.testing.assert_allclose(geometry.distance(b, a), whole, rtol=1e-5)
    np.testing.assert_allclose(geometry.onto(codes), codes, atol=1e-6)


def test_the_ball_is_the_hyperboloid_seen_from_its_foot():
    """cosh(sqrt(c) distance) is minus the product of Lorentz, of points of the hyperboloid."""
    c = 0.6
    z = in_ball(8, c)
    squared = c * np.sum(z**2, axis=1, keepdims=True)
    time, space = (1 + squared) / (1 - squared), 2 * np.sqrt(c) * z / (1 - squared)
    a, b = slice(4), slice(4, 8)
    product = time[a, 0] * time[b, 0] - np.sum(space[a] * space[b], axis=1)
    exact = np.arccosh(product) / np.sqrt(c)
    np.testing.assert_allclose(PoincareBall(c).distance(z[a], z[b]), exact, rtol=1e-5)


def test_what_lies_beside_a_space_is_moved_onto_it():
    far = np.array([[3.0, 4.0, 0.0]])
    np.testing.assert_allclose(Sphere().onto(far), far / 5)
    ball = PoincareBall(4.0).onto(far)
    np.testing.assert_allclose(ball, far / 10, rtol=1e-4)
    assert np.linalg.norm(ball) < 0.5


def test_exponential_and_logarithm_are_inverse_to_each_other():
    at, z = (ops.convert_to_tensor(in_ball(6, 1.5), "float32") for _ in range(2))
    vector = logarithm(at, z, 1.5)
    np.testing.assert_allclose(exponential(at, vector, 1.5), z, atol=1e-5)
    ends = exponential(at, vector, 1.5)
    stretched = 2 / (1 - 1.5 * np.sum(ops.convert_to_numpy(at) ** 2, axis=1))
    lengths = stretched * np.linalg.norm(ops.convert_to_numpy(vector), axis=1)
    found = PoincareBall(1.5).distance(*map(ops.convert_to_numpy, (at, ends)))
    np.testing.assert_allclose(found, lengths, rtol=1e-4)
    small = 0.1 * vector
    back = logarithm(at, exponential(at, small, 1.5), 1.5)
    np.testing.assert_allclose(back, small, rtol=1e-3, atol=1e-6)


def test_in_the_middle_the_ball_is_flat_at_half_the_scale():
    a, b = 1e-3 * in_ball(4, 1.0), 1e-3 * in_ball(4, 1.0)
    flat = 2 * Euclidean().distance(a, b)
    np.testing.assert_allclose(PoincareBall().distance(a, b), flat, rtol=1e-4)


@pytest.mark.parametrize("model", [kerae.SVAE((4,), 3), kerae.PoincareVAE((4,), 2)])
def test_a_model_interpolates_and_traverses_in_the_space_of_its_codes(model):
    x = GENERATOR.random((2, 4)).astype("float32")
    geometry = model.latent.geometry
    z = model.encode(x)
    path = kerae.latent_space.interpolate(z[:1], z[1:], 4, geometry)
    np.testing.assert_array_equal(
        model.interpolate(x[:1], x[1:], steps=4)[0], model.decode(path[0])
    )
    np.testing.assert_allclose(geometry.onto(path), path, rtol=1e-5)
    traversed = kerae.latent_space.traverse(model, z[0], dims=[0], range=(1.5, 2.0), steps=2)
    codes = np.stack([np.r_[first, z[0, 1:]] for first in (1.5, 2.0)])
    expected = model.decode(geometry.onto(codes))
    np.testing.assert_allclose(traversed[0], expected, rtol=1e-5)


def test_a_geometry_without_room_is_refused():
    with pytest.raises(ValueError, match="`curvature` to be positive"):
        PoincareBall(0.0)
    with pytest.raises(ValueError, match="or a geometry such as"):
        kerae.latent_space.interpolate(np.eye(2), np.eye(2), 3, "round")
