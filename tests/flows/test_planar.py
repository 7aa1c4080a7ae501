"""Planar flows against their equations, and at the limits of what can be inverted."""

import numpy as np
import pytest
from gradients import gradient
from keras import ops

from kerae.flows import Planar

pytestmark = pytest.mark.mainly("torch")
GENERATOR = np.random.default_rng(0)


def numpy(tensor):
    return np.asarray(ops.convert_to_numpy(tensor)).astype("float64")


def planar(u, w, b):
    flow = Planar(len(u))
    for variable, value in ((flow.u, u), (flow.w, w), (flow.b, [b])):
        variable.assign(np.asarray(value, "float32"))
    return flow


def u_prime(flow):
    """What the flow adds, where tanh(b) = 1/2 at z = 0, times two."""
    flow.b.assign([np.arctanh(0.5)])
    return 2 * numpy(flow.forward(ops.zeros((1, flow.latent_dim)))[0])[0]


def test_it_is_the_equation_of_the_paper_where_u_is_allowed_anyway():
    """m(a) is another function than the paper's, but u' is u plus some w, with w^T u' > -1."""
    u, w, b = np.array([0.4, -0.3, 1.0]), np.array([1.0, 0.5, -0.2]), 0.3
    flow = planar(u, w, b)
    z = GENERATOR.normal(size=(7, 3)).astype("float32")
    moved, log_det = map(numpy, flow.forward(ops.convert_to_tensor(z)))
    u_new = u_prime(flow)
    np.testing.assert_allclose(np.cross(u_new - u, w), 0, atol=1e-6)
    slope = 1e-3 + np.log1p(np.exp(w @ u) * np.expm1(1 - 1e-3))
    assert w @ u_new == pytest.approx(slope - 1, abs=1e-6)
    t = np.tanh(z @ w + b)
    np.testing.assert_allclose(moved, z + u_new * t[:, None], atol=1e-6)
    np.testing.assert_allclose(log_det, np.log(1 + (1 - t**2) * (w @ u_new)), atol=1e-5)


def test_u_0_is_the_identity():
    z = GENERATOR.normal(size=(7, 2)).astype("float32")
    moved, log_det = map(
        numpy, planar([0.0, 0.0], [1.0, -2.0], 0.5).forward(ops.convert_to_tensor(z))
    )
    np.testing.assert_allclose(moved, z, atol=1e-6)
    np.testing.assert_allclose(log_det, 0, atol=1e-6)


@pytest.mark.parametrize("w", [1e-8, 1e-3, 1.0, 30.0])
@pytest.mark.parametrize("along", [-1e4, -100.0, -1.0, 0.0, 100.0])
def test_it_can_be_inverted_whatever_u_and_w_are(w, along):
    """Along w the flow is increasing, and across it a shift; the gradients are finite."""
    direction = np.array([0.6, -0.8])
    flow = planar(along * direction / max(w, 1.0) + [0.8, 0.6], w * direction, 0.1)
    places = np.linspace(-3, 3, 101) / max(w, 1.0)
    z = ops.convert_to_tensor(places[:, None] * direction, "float32")
    moved, log_det = map(numpy, flow.forward(z))
    assert np.isfinite(log_det).all() and log_det.min() > np.log(0.9e-3)
    # What float32 leaves of a difference between numbers of this size.
    rounding = 4e-7 * (1 + np.abs(moved).max() + abs(along) / max(w, 1.0))
    assert (np.diff(moved @ direction) > -rounding).all()
    if abs(along) <= 1 and w <= 1:
        assert (np.diff(moved @ direction) > 0).all()

    def loss(z):
        moved, log_det = flow.forward(z)
        return ops.sum(moved) + ops.sum(log_det)

    assert np.isfinite(gradient(loss, numpy(z))).all()


def test_w_0_moves_every_code_alike():
    flow = planar([1.0, 2.0], [0.0, 0.0], 0.5)
    moved, log_det = map(numpy, flow.forward(ops.zeros((3, 2))))
    np.testing.assert_allclose(moved, np.tanh(0.5) * np.array([[1.0, 2.0]] * 3), rtol=1e-5)
    assert np.isfinite(log_det).all()
