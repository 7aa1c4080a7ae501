"""A value with the gradient of another."""

import numpy as np
from gradients import gradient
from keras import ops

from kerae.ops import scaled_gradient, with_gradient_of

X = np.float32([[0.1, -2.0, 3.0], [1e4, 0.0, -1e-4]])


def test_a_value_with_the_gradient_of_another():
    tripled = lambda x: with_gradient_of(ops.square(x), 3 * x)  # noqa: E731
    found = ops.convert_to_numpy(tripled(ops.convert_to_tensor(X)))
    np.testing.assert_array_equal(found, X * X)
    np.testing.assert_array_equal(gradient(lambda x: ops.sum(tripled(x)), X), np.full_like(X, 3))


def test_a_scaled_gradient_is_of_the_very_values():
    scale = np.float32([[0.0], [1e20]])
    found = ops.convert_to_numpy(scaled_gradient(ops.convert_to_tensor(X), scale))
    np.testing.assert_array_equal(found, X)
    loss = lambda given: ops.sum(ops.square(scaled_gradient(*given)))  # noqa: E731
    of_x, of_scale = gradient(loss, [X, scale])
    np.testing.assert_allclose(of_x, 2 * X * scale, rtol=1e-6)
    assert not of_scale.any()
