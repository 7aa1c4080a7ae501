"""Radial flows against their equations, and at the limits of what can be inverted."""

import numpy as np
import pytest
from gradients import gradient
from keras import ops

from kerae.flows import Radial

pytestmark = pytest.mark.mainly("torch")


def numpy(tensor):
    return np.asarray(ops.convert_to_numpy(tensor)).astype("float64")


def radial(center, a, b):
    flow = Radial(len(center))
    for variable, value in ((flow.center, center), (flow.a, [a]), (flow.b, [b])):
        variable.assign(np.asarray(value, "float32"))
    return flow


@pytest.mark.parametrize("b", [-30.0, -2.0, 0.0, 3.0])
def test_it_is_the_equation_of_the_paper(b):
    center, a = np.array([0.5, -1.0, 0.2]), 0.7
    z = np.random.default_rng(0).normal(size=(7, 3)).astype("float32")
    moved, log_det = map(numpy, radial(center, a, b).forward(ops.convert_to_tensor(z)))
    alpha = 1e-3 + np.log1p(np.exp(a))
    beta = 1e-3 + np.log1p(np.exp(a + b)) - alpha
    assert beta > -alpha and (beta == 0) == (b == 0)
    r = np.linalg.norm(z - center, axis=1)
    h = 1 / (alpha + r)
    np.testing.assert_allclose(moved, z + (beta * h)[:, None] * (z - center), atol=1e-5)
    expected = 2 * np.log1p(beta * h) + np.log1p(beta * h - beta * h**2 * r)
    np.testing.assert_allclose(log_det, expected, atol=1e-4)


@pytest.mark.parametrize("b", [-1e4, 0.0, 50.0])
@pytest.mark.parametrize("a", [-1e4, 0.0, 50.0])
def test_it_is_increasing_away_from_its_center_and_finite_there(a, b):
    flow = radial([0.0, 0.0], a, b)
    places = np.linspace(0, 2, 50)
    z = ops.convert_to_tensor(places[:, None] * [0.6, 0.8], "float32")
    moved, log_det = map(numpy, flow.forward(z))
    assert np.isfinite(log_det).all()
    assert (np.diff(np.linalg.norm(moved, axis=1)) > 0).all()

    def loss(z):
        moved, log_det = flow.forward(z)
        return ops.sum(moved) + ops.sum(log_det)

    assert np.isfinite(gradient(loss, numpy(z))).all()
