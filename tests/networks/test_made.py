"""What comes out for an element depends on the elements of lower degree, and on all of them."""

import keras
import numpy as np
import pytest
from gradients import gradient
from keras import ops
from moved_weights import move_weights

from kerae.networks import MADE

pytestmark = pytest.mark.mainly("torch")


array = ops.convert_to_numpy


def depends(network, context=False):
    """Whether what comes out for element i changes with input j, `(elements, inputs)`."""
    z = np.random.default_rng(0).normal(size=(20, len(network.degrees))).astype("float32")
    c = np.random.default_rng(1).normal(size=(20, network.context_dim)).astype("float32")

    def of_element(both, i):
        given = both[1] if network.context_dim else None
        return ops.sum(ops.square(network(both[0], given)[:, i] + 1))

    slopes = [gradient(lambda b, i=i: of_element(b, i), [z, c]) for i in range(z.shape[1])]
    return np.stack([np.abs(each[int(context)]).max(axis=0) > 0 for each in slopes])


@pytest.mark.parametrize("widths", [(), (16,), (16, 12), (2,)], ids=str)
@pytest.mark.parametrize("context_dim", [0, 3])
@pytest.mark.parametrize(
    "degrees", [(1, 2, 3, 4), (4, 3, 2, 1), (2, 4, 1, 3), (1, 1, 2, 2), (1, 2), (1,), (2,)], ids=str
)
def test_an_element_reads_those_of_lower_degree(degrees, context_dim, widths):
    network = move_weights(MADE(degrees, 2, widths, "tanh", context_dim))
    allowed = np.less.outer(degrees, degrees).T
    found = depends(network)
    assert not (found & ~allowed).any()
    if widths != (2,):  # units enough for each degree
        np.testing.assert_array_equal(found, allowed)
    if context_dim and widths != (2,):
        assert depends(network, context=True).all()


def test_it_computes_what_a_dense_network_with_masked_kernels_does():
    network = move_weights(MADE((1, 2, 3), 2, (4,), "tanh"))
    hidden = np.array([1, 1, 2, 2])  # evenly from 1 to 2
    first = np.array([1, 2, 3])[:, None] <= hidden
    second = hidden[:, None] < np.array([1, 2, 3])
    kernels, biases = (
        [ops.convert_to_numpy(each) for each in part] for part in (network.kernels, network.biases)
    )
    z = np.random.default_rng(0).normal(size=(5, 3)).astype("float32")
    h = np.tanh(z @ (kernels[0] * first) + biases[0])
    expected = np.einsum("bh,hdn->bdn", h, kernels[1] * second[..., None]) + biases[1]
    np.testing.assert_allclose(ops.convert_to_numpy(network(z)), expected, atol=1e-5)


def test_a_context_shifts_what_comes_out_of_layers_and_scales_hidden_units():
    network = move_weights(MADE((1, 2), 1, (4, 3), "tanh", context_dim=2))
    assert min(each.sum(axis=0).min() for each in map(array, network.masks[:2])) > 0
    z, c = np.random.default_rng(0).normal(size=(2, 5, 2)).astype("float32")
    h = z
    for number in range(3):
        kernel, mask, bias, shift = (
            array(each[number])
            for each in (network.kernels, network.masks, network.biases, network.shifts)
        )
        h = np.tensordot(h, kernel * mask, 1) + bias + np.tensordot(c, shift, 1)
        if number < 2:
            h = np.tanh(h) * (1 + c @ array(network.gates[number]))
    np.testing.assert_allclose(array(network(z, c)), h, atol=1e-5)
    without = MADE.from_config(network.get_config() | {"context_dim": 0})
    for own, given in zip(without.kernels + without.biases, network.kernels + network.biases):
        own.assign(given)
    np.testing.assert_array_equal(array(network(z)), array(without(z)))


def test_it_starts_near_0_and_may_compute_in_half_precision():
    network = MADE((1, 2, 3), dtype="mixed_bfloat16")
    outputs = network(np.random.default_rng(0).normal(size=(50, 3)).astype("float32"))
    assert keras.backend.standardize_dtype(outputs.dtype) == "bfloat16"
    assert {v.dtype for v in network.variables} == {"float32"}
    assert 0 < np.abs(ops.convert_to_numpy(ops.cast(outputs, "float32"))).max() < 0.3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"degrees": (0, 1)}, "`degrees` to be a tuple of positive integers"),
        ({"degrees": (1, 2), "num_outputs": 0}, "`num_outputs` of at least 1"),
        ({"degrees": (1, 2), "widths": 8}, "`widths` to be a tuple"),
        ({"degrees": (1, 2), "activation": "no"}, "`activation` to be a Keras activation"),
        ({"degrees": (1, 2), "context_dim": -1}, "`context_dim` of at least 0"),
    ],
)
def test_refuses(arguments, message):
    with pytest.raises(ValueError, match=message):
        MADE(**arguments)
