"""Products with the Jacobian of tanh(x W), by hand."""

import numpy as np
import pytest
from gradients import gradient
from keras import ops

from kerae import backend

RNG = np.random.default_rng(0)
X = RNG.normal(size=(4, 3)).astype("float32")
W = RNG.normal(size=(3, 5)).astype("float32")
TANGENT = RNG.normal(size=(4, 3)).astype("float32")
COTANGENT = RNG.normal(size=(4, 5)).astype("float32")


def layer(w=W):
    return lambda x: ops.tanh(ops.matmul(x, ops.convert_to_tensor(w)))


def slope(w=W):
    return 1 - np.tanh(X @ w) ** 2


def jvp(w=W):
    x, tangent = map(ops.convert_to_tensor, (X, TANGENT))
    return backend.jvp(layer(w), x, tangent)


def vjp(w=W):
    return backend.vjp(layer(w), ops.convert_to_tensor(X))(ops.convert_to_tensor(COTANGENT))


def test_jvp_is_the_derivative_along_the_tangent():
    found = ops.convert_to_numpy(jvp())
    np.testing.assert_allclose(found, slope() * (TANGENT @ W), rtol=1e-5, atol=1e-6)


def test_vjp_is_the_transpose_of_the_jacobian_times_the_cotangent():
    found = ops.convert_to_numpy(vjp())
    np.testing.assert_allclose(found, (slope() * COTANGENT) @ W.T, rtol=1e-5, atol=1e-6)


def test_a_pullback_serves_more_than_one_cotangent():
    pullback = backend.vjp(layer(), ops.convert_to_tensor(X))
    one, other = (
        ops.convert_to_numpy(pullback(ops.convert_to_tensor(each)))
        for each in (COTANGENT, -COTANGENT)
    )
    np.testing.assert_allclose(one, -other, rtol=1e-6)


EXPECTED = {
    jvp: lambda w: ((slope(w) * (TANGENT @ w)) ** 2).sum(),
    vjp: lambda w: (((slope(w) * COTANGENT) @ w.T) ** 2).sum(),
}


@pytest.mark.parametrize("product", EXPECTED, ids=lambda each: each.__name__)
def test_a_product_can_be_differentiated_again(product):
    found = gradient(lambda w: ops.sum(ops.square(product(w))), W)
    wide, step = W.astype("float64"), 1e-5
    for place in np.ndindex(*W.shape):
        shift = np.zeros_like(wide)
        shift[place] = step
        above, below = (EXPECTED[product](each) for each in (wide + shift, wide - shift))
        assert found[place] == pytest.approx((above - below) / (2 * step), rel=1e-3, abs=1e-4)


def test_the_sum_over_replicas_is_the_argument_where_there_is_one():
    found = backend.replica_sum(ops.convert_to_tensor(X))
    np.testing.assert_array_equal(ops.convert_to_numpy(found), X)
