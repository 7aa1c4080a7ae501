import keras
import numpy as np
import pytest
from gradients import gradient
from keras import layers, ops

from kerae.networks import SpectralNormalization

pytestmark = pytest.mark.mainly("torch")
X = np.random.default_rng(0).normal(size=(4, 3)).astype("float32")


def unit(vector):
    return vector / np.linalg.norm(vector)


def normalized(*stack):
    """The network, built, with weights that no initializer gives."""
    network = SpectralNormalization(keras.Sequential([layers.Input((3,)), *stack]))
    network(X)
    for variable in network.trainable_variables:
        variable.assign(np.random.default_rng(1).normal(size=variable.shape))
    return network


def array(tensor):
    return np.asarray(ops.convert_to_numpy(tensor))


def test_a_kernel_is_divided_by_one_step_of_the_power_method_and_the_bias_is_kept():
    network = normalized(layers.Dense(5))
    kernel, bias = (array(variable) for variable in network.trainable_variables)
    v = unit(kernel @ array(network.directions[0]))
    u = unit(kernel.T @ v)
    expected = X @ kernel / (v @ kernel @ u) + bias
    np.testing.assert_allclose(array(network(X)), expected, rtol=1e-4, atol=1e-5)
    trained = array(network(X, training=True))
    np.testing.assert_allclose(trained, expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(array(network.directions[0]), u, rtol=1e-4)


def test_only_training_moves_the_direction_and_nothing_moves_the_kernel():
    network = normalized(layers.Dense(5), layers.Dense(2))
    before = [value.copy() for value in network.get_weights()]
    first = array(network(X))
    np.testing.assert_array_equal(array(network(X)), first)
    for value, kept in zip(network.get_weights(), before, strict=True):
        np.testing.assert_array_equal(value, kept)
    network(X, training=True)
    moved = [
        not np.array_equal(value, kept)
        for value, kept in zip(network.get_weights(), before, strict=True)
    ]
    is_direction = [any(v is each for each in network.directions) for v in network.weights]
    assert moved == is_direction


STACKS = {
    "dense": [layers.Dense(7, use_bias=False)],
    "transposed convolution": [
        layers.Reshape((1, 1, 3)),
        layers.Conv2DTranspose(2, 3, strides=2, padding="same", use_bias=False),
    ],
    "convolution": [
        layers.Dense(16, use_bias=False),
        layers.Reshape((4, 4, 1)),
        layers.Conv2D(2, 3, use_bias=False),
    ],
}


@pytest.mark.parametrize("name", STACKS)
def test_after_some_calls_it_is_the_network_with_kernels_of_spectral_norm_1(name):
    network = normalized(*(type(each).from_config(each.get_config()) for each in STACKS[name]))
    for _ in range(100):
        network(X, training=True)
    found = array(network(X))
    for kernel in network.kernels:
        matrix = array(kernel).reshape(-1, kernel.shape[-1])
        kernel.assign(array(kernel) / np.linalg.svd(matrix, compute_uv=False)[0])
    np.testing.assert_allclose(found, array(network.network(X)), rtol=1e-3, atol=1e-5)


def test_the_gradient_passes_through_the_singular_value_as_in_the_paper():
    network = normalized(layers.Dense(5, use_bias=False))
    for _ in range(100):
        network(X, training=True)
    (kernel,) = network.kernels
    w = array(kernel)
    direction = np.random.default_rng(2).normal(size=(4, 5)).astype("float32")

    def loss(w):
        others = [(v, v.value) for v in network.non_trainable_variables]
        with keras.StatelessScope(state_mapping=[(kernel, w), *others]):
            return ops.sum(network(X) * ops.convert_to_tensor(direction))

    left, (sigma, *_), right = np.linalg.svd(w)
    slope = X.T @ direction
    expected = (slope - np.sum(slope * w) / sigma * np.outer(left[:, 0], right[0])) / sigma
    np.testing.assert_allclose(gradient(loss, w), expected, rtol=1e-3, atol=1e-4)


def test_the_state_of_layers_inside_moves_as_without_the_wrapper():
    network = normalized(layers.BatchNormalization(momentum=0.5), layers.Dropout(0.5))
    mean = network.network.layers[0].moving_mean
    array(network(X))
    assert not array(mean).any()
    one = array(network(X, training=True))
    np.testing.assert_allclose(array(mean), X.mean(axis=0) / 2, rtol=1e-5)
    assert not np.array_equal(array(network(X, training=True)), one)


def test_a_single_layer_can_be_wrapped_and_its_layers_are_those_of_the_network():
    dense = layers.Dense(2)
    assert SpectralNormalization(dense).layers == [dense]
    network = keras.Sequential([dense])
    assert SpectralNormalization(network).layers == network.layers
