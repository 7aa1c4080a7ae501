import keras
import numpy as np
import pytest
from keras import ops
from numbered_noise import noise

from kerae import backend
from kerae.ops.jacobian import checked_num_probes, squared_jacobian_norm


def dense(inputs, outputs):
    """tanh(x W), data, and the Jacobian d tanh(x W)_j / d x_i = (1 - tanh^2) W_ij."""
    rng = np.random.default_rng(inputs)
    w = rng.normal(size=(inputs, outputs)).astype("float32")
    x = rng.normal(size=(6, inputs)).astype("float32")
    jacobian = (1 - np.tanh(x @ w) ** 2)[:, None, :] * w
    return lambda x: ops.tanh(ops.matmul(x, ops.convert_to_tensor(w))), x, jacobian


def convolution():
    """tanh of a convolution, whose matrix is read off from its values at unit images."""
    layer = keras.layers.Conv2D(2, 3, strides=2, padding="same", use_bias=False)
    layer.build((None, 4, 4, 1))
    flat = lambda x: ops.reshape(layer(x), (-1, 8))  # noqa: E731
    matrix = ops.convert_to_numpy(flat(np.eye(16, dtype="float32").reshape(16, 4, 4, 1)))
    x = np.random.default_rng(0).normal(size=(6, 4, 4, 1)).astype("float32")
    slope = 1 - np.tanh(x.reshape(6, 16) @ matrix) ** 2
    return lambda x: ops.tanh(flat(x)), x, slope[:, None, :] * matrix


CASES = {
    "fewer outputs than inputs": lambda: dense(5, 3),
    "as many": lambda: dense(4, 4),
    "more": lambda: dense(3, 5),
    "one": lambda: dense(5, 1),
    "a convolution": convolution,
}
every_case = pytest.mark.parametrize("make", CASES.values(), ids=CASES.keys())


def norm(function, x, jacobian, **arguments):
    x = ops.convert_to_tensor(x)
    found = squared_jacobian_norm(function, x, jacobian.shape[-1], noise(len(x)), **arguments)
    return ops.convert_to_numpy(found)


@every_case
def test_the_exact_norm_is_that_of_the_jacobian(make):
    function, x, jacobian = make()
    expected = np.square(jacobian).sum(axis=(1, 2))
    np.testing.assert_allclose(norm(function, x, jacobian), expected, rtol=1e-4)


@pytest.mark.parametrize(
    ("inputs", "outputs", "name"), [(5, 3, "vjp"), (4, 4, "vjp"), (3, 5, "jvp")], ids=str
)
def test_the_exact_norm_takes_the_direction_of_fewer_products(monkeypatch, inputs, outputs, name):
    products = []
    original_vjp, original_jvp = backend.vjp, backend.jvp

    def vjp(function, x):
        pullback = original_vjp(function, x)
        return lambda cotangent: products.append("vjp") or pullback(cotangent)

    def jvp(function, x, tangent):
        products.append("jvp")
        return original_jvp(function, x, tangent)

    monkeypatch.setattr(backend, "vjp", vjp)
    monkeypatch.setattr(backend, "jvp", jvp)
    norm(*dense(inputs, outputs))
    assert products == [name] * min(inputs, outputs)


@pytest.mark.parametrize("num_probes", [1, 3])
@pytest.mark.parametrize(("inputs", "outputs"), [(5, 3), (3, 5)], ids=str)
def test_the_estimate_is_unbiased(inputs, outputs, num_probes):
    function, x, jacobian = dense(inputs, outputs)
    many = np.repeat(x[:1], 2000, axis=0)
    found = norm(function, many, jacobian, num_probes=num_probes)
    error = found.std() / np.sqrt(len(found))
    assert abs(found.mean() - np.square(jacobian[0]).sum()) < 3 * error
    # The variance of v^T A v with random signs v is twice the squared elements off the diagonal.
    gram = jacobian[0].T @ jacobian[0] if outputs <= inputs else jacobian[0] @ jacobian[0].T
    variance = 2 * (np.square(gram).sum() - np.square(np.diag(gram)).sum()) / num_probes
    assert found.var() == pytest.approx(variance, rel=0.15)


def test_the_estimate_is_exact_for_one_output():
    function, x, jacobian = dense(5, 1)
    expected = np.square(jacobian).sum(axis=(1, 2))
    np.testing.assert_allclose(norm(function, x, jacobian, num_probes=1), expected, rtol=1e-4)


@pytest.mark.parametrize("num_probes", [0, -1, 1.5, "2"], ids=repr)
def test_refuses_what_is_no_number_of_probes(num_probes):
    assert checked_num_probes(None) is None and checked_num_probes(3) == 3
    with pytest.raises(ValueError, match=f"at least 1, or None.*num_probes={num_probes!r}"):
        checked_num_probes(num_probes)
