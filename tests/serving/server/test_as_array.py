import base64

import numpy as np
import pytest

from kerae.backend.servable import Tensor
from kerae.serving.server.as_array import FLOATS, INTEGERS, as_array
from kerae.serving.server.refusal import Refusal

pytestmark = pytest.mark.once


def read(value, dtype, shape=(None,), limits=(None, None)):
    return as_array(value, "x", Tensor(dtype, shape, "x:0"), limits)


def refused(value, dtype, shape=(None,), limits=(None, None)):
    with pytest.raises(Refusal) as caught:
        read(value, dtype, shape, limits)
    assert caught.value.status == 400
    return str(caught.value)


@pytest.mark.parametrize("shape", [(3, 2, 2, 1), (1, 2, 2, 1)])
@pytest.mark.parametrize("dtype", FLOATS)
def test_nested_lists_become_the_array_that_they_were(shape, dtype):
    array = np.random.default_rng(0).normal(size=shape).astype(dtype)
    for expected in (shape, (None, *shape[1:]), (None,) * 4, None):
        again = read(array.tolist(), dtype, expected)
        assert again.dtype == dtype
        np.testing.assert_array_equal(again, array)


@pytest.mark.parametrize("dtype", INTEGERS)
def test_the_extremes_of_whole_numbers_are_exact(dtype):
    info = np.iinfo(dtype)
    assert read([info.min, info.max], dtype).tolist() == [info.min, info.max]
    for beyond in (info.min - 1, info.max + 1):
        message = refused([0, beyond], dtype)
        assert f"from {info.min} to {info.max}" in message and f"Received: {beyond}." in message


def test_a_single_value_is_an_array_without_axes():
    assert read(3, "int32", ()) == np.array(3, "int32")
    assert read("é", "string", ()).item() == "é".encode()


def test_strings_and_bytes():
    data = bytes(range(256))
    text = base64.b64encode(data).decode()
    given = [["é", {"b64": text}], [{"b64": text.rstrip("=")}, {"b64": ""}]]
    assert read(given, "string", (None, 2)).tolist() == [["é".encode(), data], [data, b""]]


@pytest.mark.parametrize(
    ("value", "dtype", "received"),
    [
        ([1, "2"], "float32", "'2'"),
        ([True], "float32", "True"),
        ([None], "float64", "None"),
        ([{"b64": "YQ=="}], "float32", "{'b64'"),
        ([1.0], "int32", "1.0"),
        ([2, False], "int64", "False"),
        ([1], "bool", "1"),
        ([1], "string", "1"),
        ([{"b64": "*"}], "string", "'*'"),
        ([{"b64": 3}], "string", "{'b64': 3}"),
        ([{"b64": "YQ==", "c": ""}], "string", "{'b64'"),
        ([{}], "string", "{}"),
        ([1], "complex64", "complex64"),
    ],
)
def test_values_of_another_type_are_refused(value, dtype, received):
    assert received in refused(value, dtype).split("Received: ")[1]


@pytest.mark.parametrize(
    ("value", "received"),
    [
        ([[1, 2], [3]], "1 beside 2 at level 2"),
        ([[1, 2], 3], "a value beside a list at level 2"),
        ([[1, 2, 3]], "(1, 3)"),
        ([[[1, 2]]], "(1, 1, 2)"),
        ([1, 2], "(2,)"),
        (1, "()"),
        ([[]], "(1, 0)"),
    ],
)
def test_other_shapes_are_refused(value, received):
    assert f"Received: {received}." in refused(value, "float32", (None, 2))


def test_values_outside_of_the_limits_are_refused():
    assert "Expected values from 0 to 1 in input 'x'. Received: 255." in refused(
        [0.0, 255], "float32", limits=(0.0, 1.0)
    )
    assert "Scale them" in refused([0.0, 255], "float32", limits=(0.0, 1.0))
    assert "Received: -0.5." in refused([-0.5], "float32", limits=(0.0, None))
    assert refused([3], "int32", limits=(0, 2)) == (
        "Expected values from 0 to 2 in input 'x'. Received: 3."
    )
    of_places = {"shape": (None, 2), "limits": (0, [2, 9])}
    assert read([[2, 9], [0, 0]], "int32", **of_places).tolist() == [[2, 9], [0, 0]]
    assert refused([[2, 9], [3, 0]], "int32", **of_places) == (
        "Expected values from 0 to 2 in input 'x', place [0]. Received: 3."
    )
    assert read([0.0, 1], "float32", limits=(0.0, 1.0)).tolist() == [0, 1]
    # The limit as a float of the model, to which the value is rounded as well.
    assert read([float(np.float32(0.1))], "float32", limits=(0.0, 0.1)) == np.float32(0.1)


def test_what_is_infinite_as_the_models_float_is_refused():
    assert refused([1e39], "float32").endswith("Received: inf.")
    assert read([1e39], "float64") == 1e39
