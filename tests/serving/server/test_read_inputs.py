import numpy as np
import orjson
import pytest

from kerae.backend.servable import Tensor
from kerae.serving.server.read_inputs import read_document, read_inputs
from kerae.serving.server.refusal import Refusal

pytestmark = pytest.mark.once

X = {"x": Tensor("float32", (None, 2), "x:0")}
PAIR = X | {"label": Tensor("int32", (None,), "label:0")}
TEXT = {"text": Tensor("string", (None,), "text:0")}
SCALED = X | {"scale": Tensor("float32", (), "scale:0")}


def read(document, tensors, limits=None):
    arrays = read_inputs(read_document(orjson.dumps(document)), tensors, limits or {})
    return {name: array.tolist() for name, array in arrays.items()}


def refused(document, tensors, limits=None):
    with pytest.raises(Refusal) as caught:
        read(document, tensors, limits)
    assert caught.value.status == 400
    return str(caught.value)


@pytest.mark.parametrize(
    ("document", "tensors", "expected"),
    [
        ({"instances": [[1, 2], [3, 4]]}, X, {"x": [[1, 2], [3, 4]]}),
        ({"instances": [{"x": [1, 2]}, {"x": [3, 4]}]}, X, {"x": [[1, 2], [3, 4]]}),
        ({"inputs": [[1, 2]]}, X, {"x": [[1, 2]]}),
        ({"inputs": {"x": [[1, 2]]}}, X, {"x": [[1, 2]]}),
        (
            {"instances": [{"label": 5, "x": [1, 2]}, {"x": [3, 4], "label": 6}]},
            PAIR,
            {"x": [[1, 2], [3, 4]], "label": [5, 6]},
        ),
        ({"inputs": {"label": [5], "x": [[1, 2]]}}, PAIR, {"x": [[1, 2]], "label": [5]}),
        ({"instances": ["a", {"b64": "Yg=="}]}, TEXT, {"text": [b"a", b"b"]}),
        ({"instances": [{"b64": "Yg=="}]}, TEXT, {"text": [b"b"]}),
        ({"instances": [{"text": {"b64": "Yg=="}}]}, TEXT, {"text": [b"b"]}),
        ({"inputs": {"text": [{"b64": "Yg=="}]}}, TEXT, {"text": [b"b"]}),
        ({"inputs": {"x": [[1, 2]] * 3, "scale": 2}}, SCALED, {"x": [[1, 2]] * 3, "scale": 2}),
    ],
)
def test_rows_and_columns(document, tensors, expected):
    assert read(document, tensors) == expected


@pytest.mark.parametrize(
    ("document", "tensors", "message"),
    [
        ({"instances": []}, X, "Expected a list of at least one row"),
        ({"instances": 3}, X, "Expected a list of at least one row"),
        ({"inputs": {"x": []}}, X, "Expected shape (any, 2) in input 'x'. Received: (0,)"),
        ({"inputs": []}, TEXT, "Expected at least one row. Received: {'text': 0}"),
        ({"instances": [[1, 2]]}, PAIR, "Expected an object in each row with the inputs"),
        ({"inputs": [[1, 2]]}, PAIR, "Expected an object in 'inputs' with the inputs"),
        ({"instances": [{"x": [1, 2]}]}, PAIR, "Received: ['x']"),
        ({"instances": [{"x": [1, 2], "z": 1}]}, X, "Received: ['x', 'z']"),
        ({"instances": [{"x": [1, 2]}, {"z": [1, 2]}]}, X, "Received: ['z']"),
        ({"inputs": {"x": [[1, 2]]}}, PAIR, "Received: ['x']"),
        ({"inputs": {"x": [[1, 2]], "z": 1}}, X, "Received: ['x', 'z']"),
        ({"instances": [{"x": [1, 2]}, [1, 2]]}, X, "Expected an object in each row"),
        ({"instances": [[1, 2], {"x": [1, 2]}]}, X, "Expected an object in each row"),
        (
            {"inputs": {"x": [[1, 2]], "label": [5, 6]}},
            PAIR,
            "Expected as many rows in each input. Received: {'x': 1, 'label': 2}",
        ),
    ],
)
def test_what_the_signature_does_not_take_is_refused(document, tensors, message):
    assert message in refused(document, tensors)


def test_limits_are_those_of_the_input():
    limits = {"x": (0, 10), "label": (0, 1)}
    assert read({"inputs": {"x": [[1, 10]], "label": [1]}}, PAIR, limits)["x"] == [[1, 10]]
    assert "'label'" in refused({"inputs": {"x": [[1, 10]], "label": [10]}}, PAIR, limits)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "JSON Parse error"),
        (b"instances = [1]", "JSON Parse error"),
        (b'{"instances": [1', "JSON Parse error"),
        (b"[1]", "Expected a JSON object. Received: [1]"),
        (b'{"instances": [NaN]}', "Expected finite numbers. Received: NaN."),
        (b'{"instances": [1, -Infinity]}', "Expected finite numbers. Received: Infinity."),
        (b'{"instances": [1e999]}', "infinity"),
        (b'{"instances": ["\\ud800"]}', "JSON Parse error"),
        (b'{"instances": ["\xff"]}', "JSON Parse error"),
        (b'{"instances": ' + b"[" * 50_000, "JSON Parse error"),
        (b"{}", "Expected one of 'instances' and 'inputs'. Received: neither."),
        (b'{"inputs": 1, "instances": [1]}', "Received: both."),
        (b'{"inputs": 1, "model": "a"}', "Received: ['model']."),
        (b'{"inputs": 1, "signature_name": 3}', "Expected a string as signature_name"),
    ],
)
def test_what_is_no_request_is_refused(body, message):
    with pytest.raises(Refusal) as caught:
        read_document(body)
    assert message in str(caught.value) and caught.value.status == 400
    assert len(str(caught.value)) < 300


def test_a_whole_number_beyond_64_bits_is_no_whole_number():
    document = read_document(b'{"inputs": [%d]}' % 2**64)
    with pytest.raises(Refusal, match="Expected whole numbers of type uint64"):
        read_inputs(document, {"x": Tensor("uint64", (None,), "x:0")}, {})


def test_large_requests_are_read_exactly():
    x = np.random.default_rng(0).normal(size=(500, 2)).astype("float32")
    body = orjson.dumps({"instances": x}, option=orjson.OPT_SERIALIZE_NUMPY)
    np.testing.assert_array_equal(read_inputs(read_document(body), X, {})["x"], x)
