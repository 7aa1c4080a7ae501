"""Weight, capacity and free bits by hand, on a value of two examples and three dimensions."""

import numpy as np
import pytest
from keras import ops
from shifted_normal import ShiftedNormal

import kerae
from kerae.priors import StandardNormal
from kerae.schedules import Linear
from kerae.terms import KLDivergence

VALUE = np.float32([[0.1, 2.0, 0.4], [1.0, 0.0, 0.5]])


def loss(step=0, **arguments):
    return ops.convert_to_numpy(KLDivergence(**arguments).loss(VALUE, step))


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({}, [2.5, 1.5]),
        ({"weight": 4.0}, [10.0, 6.0]),
        ({"weight": 0}, [0.0, 0.0]),
        ({"capacity": 2.0}, [0.5, 0.5]),
        ({"capacity": 2.0, "weight": 10.0}, [5.0, 5.0]),
        ({"free_bits": 0.45}, [2.9, 1.95]),
        ({"free_bits": 0.45, "capacity": 2.0, "weight": 2.0}, [1.8, 0.1]),
    ],
    ids=str,
)
def test_loss_by_hand(arguments, expected):
    np.testing.assert_allclose(loss(**arguments), expected, rtol=1e-5)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"weight": Linear(0.0, 2.0, 10)}, [2.5, 1.5]),
        ({"capacity": Linear(0.0, 4.0, 10)}, [0.5, 0.5]),
        ({"free_bits": Linear(0.0, 0.9, 10)}, [2.9, 1.95]),
    ],
    ids=str,
)
def test_a_schedule_counts_with_its_value_at_the_step(arguments, expected):
    np.testing.assert_allclose(loss(step=5, **arguments), expected, rtol=1e-5)


def test_free_bits_are_of_each_dimension_where_the_kl_is_exact_and_of_their_sum_elsewhere():
    x = ops.zeros((5, 4))
    for prior, groups in ((StandardNormal(), 3), (ShiftedNormal(0.0, 1.0), 1)):
        model = kerae.VAE((4,), 3, free_bits=100.0, prior=prior)
        outputs = model.propagate(x)
        value = model.terms[1].value(model, outputs)
        assert value.shape == (5, groups)
        loss = ops.convert_to_numpy(model.terms[1].loss(value, 0))
        np.testing.assert_allclose(loss, 100.0 * groups)


@pytest.mark.parametrize("name", ["weight", "capacity", "free_bits"])
@pytest.mark.parametrize("value", [-1.0, float("nan"), "2"], ids=repr)
def test_refuses_what_is_no_number_of_at_least_0(name, value):
    with pytest.raises(ValueError, match=f"`{name}`.*{name}={value!r}"):
        KLDivergence(**{name: value})
