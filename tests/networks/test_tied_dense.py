import keras
import numpy as np
import pytest
from gradients import gradient
from keras import ops

from kerae.networks.tied_dense import TiedDense

X = np.random.default_rng(0).normal(size=(4, 3)).astype("float32")


@pytest.fixture
def network():
    """Two dense layers with activations, 3 to 2 units and back."""
    dense = keras.layers.Dense(2, activation="tanh", bias_initializer="random_normal")
    tied = TiedDense(dense, activation="sigmoid")
    network = keras.Sequential([dense, tied])
    network.build((None, 3))
    tied.bias.assign([0.1, -0.2, 0.3])
    return network


def test_it_computes_with_the_transposed_kernel_and_a_bias_of_its_own(network):
    dense = network.layers[0]
    kernel, bias = (ops.convert_to_numpy(v) for v in (dense.kernel, dense.bias))
    hidden = np.tanh(X @ kernel + bias)
    expected = 1 / (1 + np.exp(-(hidden @ kernel.T + [0.1, -0.2, 0.3])))
    np.testing.assert_allclose(ops.convert_to_numpy(network(X)), expected, rtol=1e-5)
    dense.kernel.assign(2 * kernel)
    hidden = np.tanh(X @ (2 * kernel) + bias)
    expected = 1 / (1 + np.exp(-(hidden @ (2 * kernel).T + [0.1, -0.2, 0.3])))
    np.testing.assert_allclose(ops.convert_to_numpy(network(X)), expected, rtol=1e-5)


def test_the_kernel_is_one_variable_of_the_network(network):
    dense, tied = network.layers
    assert len(network.variables) == len(network.trainable_variables) == 3
    assert {id(v) for v in network.variables} == {
        id(v) for v in (dense.kernel, dense.bias, tied.bias)
    }


def test_the_gradient_by_the_kernel_is_the_sum_over_both_places(network):
    dense, tied = network.layers
    values = [ops.convert_to_numpy(v) for v in (dense.kernel, dense.bias, tied.bias)]

    def loss(tensors):
        with keras.StatelessScope(list(zip((dense.kernel, dense.bias, tied.bias), tensors))):
            return ops.sum(network(X) ** 3)

    def loss_of_two_kernels(tensors):
        kernel, transposed, bias, tied_bias = tensors
        hidden = ops.tanh(ops.matmul(X, kernel) + bias)
        return ops.sum(ops.sigmoid(hidden @ transposed + tied_bias) ** 3)

    kernel, bias, tied_bias = values
    found = gradient(loss, values)
    two = gradient(loss_of_two_kernels, [kernel, kernel.T, bias, tied_bias])
    np.testing.assert_allclose(found[0], two[0] + two[1].T, rtol=1e-4)
    np.testing.assert_allclose(found[1], two[2], rtol=1e-4)
    np.testing.assert_allclose(found[2], two[3], rtol=1e-4)
    assert min(np.abs(two[0]).max(), np.abs(two[1]).max()) > 1e-3


def test_it_cannot_be_saved_without_what_it_is_tied_to(network):
    with pytest.raises(NotImplementedError, match="get_config"):
        keras.saving.serialize_keras_object(network.layers[1])
