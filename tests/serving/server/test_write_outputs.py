import json

import numpy as np
import pytest

from kerae.serving.server.refusal import Refusal
from kerae.serving.server.write_outputs import write_outputs

pytestmark = pytest.mark.once


def written(outputs, rows):
    return json.loads(write_outputs(outputs, rows))


def test_rows_and_columns():
    a, b = np.arange(4, dtype="float32").reshape(2, 2), np.array([7, 8])
    assert written({"a": a}, rows=True) == {"predictions": [[0, 1], [2, 3]]}
    assert written({"a": a}, rows=False) == {"outputs": [[0, 1], [2, 3]]}
    assert written({"a": a, "b": b}, rows=True) == {
        "predictions": [{"a": [0, 1], "b": 7}, {"a": [2, 3], "b": 8}]
    }
    assert written({"a": a, "b": b}, rows=False) == {
        "outputs": {"a": [[0, 1], [2, 3]], "b": [7, 8]}
    }


def test_a_float_is_the_shortest_number_that_reads_as_the_same():
    values = np.array([0.1, 1 / 3, 1.0, 1e-30, 16777216, 3.4e38], "float32")
    text = write_outputs({"y": values}, rows=True)
    assert text.startswith(b'{"predictions":[0.1,0.33333334,1.0,')
    np.testing.assert_array_equal(np.array(json.loads(text)["predictions"], "float32"), values)


def test_numbers_without_end_are_written_as_tensorflow_serving_writes_them():
    values = np.array([np.nan, np.inf, -np.inf, 0.1], "float32")
    assert write_outputs({"y": values}, True) == b'{"predictions": [NaN, Infinity, -Infinity, 0.1]}'
    text = write_outputs(
        {"n": np.array([2**60, 1]), "y": values[2:], "t": np.array([b"a", b"b"], object)}, True
    )
    assert text == (
        b'{"predictions": [{"n": 1152921504606846976, "y": -Infinity, "t": "a"}, '
        b'{"n": 1, "y": 0.1, "t": "b"}]}'
    )


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int32", "int64", "uint64", "bool", "float64"])
def test_other_numbers(dtype):
    values = np.array([0, 1], dtype)
    assert written({"a": values, "b": values}, True)["predictions"][1] == {"a": 1, "b": 1}
    assert written({"a": values[1]}, False) == {"outputs": 1}


def test_bytes_are_base64_where_the_name_says_so():
    values = np.array([[b"a", "é".encode()]], object)
    assert written({"text": values}, True) == {"predictions": [["a", "é"]]}
    assert written({"some_bytes": values}, True) == {
        "predictions": [[{"b64": "YQ=="}, {"b64": "w6k="}]]
    }


@pytest.mark.parametrize(
    "outputs",
    [
        {"y": np.float32(1)},
        {"y": np.zeros(2), "z": np.zeros(3)},
        {"y": np.zeros(2), "z": np.array(0.0)},
    ],
)
def test_outputs_without_rows_are_refused_row_by_row(outputs):
    outputs = {name: np.asarray(array) for name, array in outputs.items()}
    with pytest.raises(Refusal, match="Expected outputs with as many rows"):
        write_outputs(outputs, rows=True)
    assert "outputs" in written(outputs, rows=False)


def test_outputs_that_json_has_not_are_refused():
    with pytest.raises(Refusal, match="complex64"):
        write_outputs({"y": np.zeros(2, "complex64")}, rows=True)
