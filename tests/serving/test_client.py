"""The client over REST; what it shares with the other is in test_clients.py."""

import json
import subprocess
import sys

import numpy as np
import pytest
from stand_in_rest import drop, page, stand_in_rest, status

from kerae.serving import Client

pytestmark = pytest.mark.once

MODEL = "vae_digits"


@pytest.fixture
def served():
    with stand_in_rest() as (address, model):
        model.address = address
        yield model


@pytest.fixture
def client(served):
    with Client(served.address) as client:
        yield client


def document(**names):
    return page(200, json.dumps(names), "application/json")


def test_the_clients_import_no_framework():
    code = (
        "import sys, kerae.serving\n"
        "kerae.serving.Client, kerae.serving.serve\n"
        "print({'keras', 'tensorflow', 'jax', 'torch', 'grpc', 'starlette'} & set(sys.modules))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.stdout == "set()\n", result.stderr


@pytest.mark.parametrize(
    "address, url",
    [
        ("localhost:8501", "http://localhost:8501"),
        ("http://localhost:8501/", "http://localhost:8501"),
        ("https://example.org", "https://example.org"),
        ("https://example.org:8443/models/", "https://example.org:8443/models"),
        ("[::1]:8501", "http://[::1]:8501"),
    ],
)
def test_addresses(address, url):
    assert Client(address).address == url


@pytest.mark.parametrize("address", ["localhost", "ftp://localhost:1", "http://", "", "a b:1"])
def test_no_addresses(address):
    with pytest.raises(ValueError, match='Expected `address` as "localhost:8501"'):
        Client(address)


def test_a_prefix_comes_before_the_path(served):
    client = Client(f"http://{served.address}/gateway")
    with pytest.raises(ValueError, match="request: GET /gateway/v1/models/vae_digits."):
        client.status(MODEL)
    client.close()


def test_headers_are_sent(served, images):
    with Client(served.address, headers={"Authorization": "Bearer of a token"}) as client:
        client.encode(MODEL, images)
    assert [headers["Authorization"] for headers in served.headers] == ["Bearer of a token"] * 2
    assert served.headers[-1]["Content-Type"] == "application/json"


def test_names_of_models_are_quoted(client):
    with pytest.raises(LookupError, match="Latest.a/b: c."):
        client.status("a/b: c")


def test_a_connection_is_kept(client, served, images):
    client.predict(MODEL, {"x": images}, batch_size=1)
    assert len(served.requests) == 16 and len(served.connections) == 1


def test_a_lost_connection_is_made_anew(client, served, images):
    client.metadata(MODEL)
    served.faults = [drop, drop]
    assert client.encode(MODEL, images).shape == (16, 2)
    assert not served.faults


@pytest.mark.parametrize("code", [429, 502, 503, 504])
def test_a_gateway_without_its_server_is_asked_again(client, served, code):
    served.faults = [page(code, "<h1>Bad gateway</h1>")]
    assert client.status(MODEL)
    assert not served.faults


@pytest.mark.parametrize("code", [200, 301, 400, 404, 500])
def test_a_page_of_another_server(client, served, code):
    headers = {"Location": "/"} if code == 301 else {}
    served.faults = [page(code, "<html>\n<h1>Welcome</h1>" + "x" * 1000, **headers)]
    with pytest.raises(RuntimeError) as caught:
        client.status(MODEL)
    message = str(caught.value)
    assert f"gave no status of vae_digits (another kind of server ({code})): " in message
    assert "<h1>Welcome" in message and len(message) < 500 and "\n" not in message


@pytest.mark.parametrize(
    "code, kind", [(401, PermissionError), (413, ValueError), (503, ConnectionError)]
)
def test_a_page_of_a_gateway(served, code, kind):
    served.faults = [page(code, "<h1>No</h1>")]
    with Client(served.address, retries=0) as client, pytest.raises(kind, match=str(code)):
        client.status(MODEL)


@pytest.mark.parametrize(
    "fault",
    [
        page(200, "[1]", "application/json"),
        page(200, '{"outputs": [1, 2', "application/json"),
        page(200, "\xff", "application/json"),
        document(predictions=[[1.0]]),
    ],
)
def test_json_of_another_kind(client, served, images, fault):
    client.metadata(MODEL)
    served.faults = [fault]
    with pytest.raises(RuntimeError, match="expected JSON of TensorFlow Serving"):
        client.predict(MODEL, {"x": images})


@pytest.mark.parametrize(
    "outputs, message",
    [
        ([[1.0, 2.0]], "Expected a dict of `log_variance`, `mean`. Received: list."),
        ({"mean": [[1.0, 2.0], [3.0]], "log_variance": [[0.0, 0.0]] * 2}, "inhomogeneous"),
        ({"mean": [[None, 1.0]], "log_variance": [[0.0, 0.0]]}, "numbers or strings"),
        ({"mean": [["1", "2"]], "log_variance": [[0.0, 0.0]]}, "to hold float32. Received"),
    ],
)
def test_values_of_another_kind(client, served, images, outputs, message):
    client.metadata(MODEL)
    served.faults = [document(outputs=outputs)]
    with pytest.raises(RuntimeError) as caught:
        client.predict(MODEL, {"x": images[:1]}, signature="encode")
    assert message in str(caught.value)


def test_floats_may_be_written_as_integers(client, served, images):
    client.metadata(MODEL)
    served.faults = [document(outputs={"mean": [[1, 2]], "log_variance": [[0, -1]]})]
    outputs = client.predict(MODEL, {"x": images[:1]}, signature="encode")
    assert outputs["mean"].dtype == np.float32 and outputs["mean"].tolist() == [[1, 2]]


@pytest.mark.parametrize("key", ["metadata", "model_version_status"])
@pytest.mark.parametrize("value", [None, 3, [{}], {"signature_def": []}])
def test_metadata_and_status_of_another_kind(client, served, key, value):
    served.faults = [document(**{key: value})]
    with pytest.raises(RuntimeError, match="its answer does not fit"):
        (client.metadata if key == "metadata" else client.status)(MODEL)


def test_a_long_wait_that_a_server_asks_for_is_kept_short(served, monkeypatch):
    waits = []
    monkeypatch.setattr("urllib3.util.retry.time.sleep", waits.append)
    served.faults = [status(503, Retry_After="3600"), status(503), status(503)]
    with Client(served.address) as client:
        client.status(MODEL)
    assert waits[0] == 10
    assert 0.2 <= waits[1] <= 0.3 and 0.4 <= waits[2] <= 0.5


def test_float32_is_sent_as_it_is(client, served):
    z = np.random.default_rng(0).normal(size=(500, 2)).astype("float32") * np.float32(1e-20)
    client.decode(MODEL, z[::2, ::-1])
    sent = np.concatenate([request.inputs["z"] for request in served.requests])
    np.testing.assert_array_equal(sent, z[::2, ::-1])


# Answers as TensorFlow Serving writes them, with white space and numbers as in its JSON.
HALF_PLUS_THREE = """{
 "model_version_status": [
  {
   "version": "123",
   "state": "AVAILABLE",
   "status": {
    "error_code": "OK",
    "error_message": ""
   }
  }
 ]
}
"""
METADATA = """{
"model_spec":{
 "name": "saved_model_half_plus_three",
 "signature_name": "",
 "version": "123"
}
,
"metadata": {"signature_def": {
 "signature_def": {
  "serving_default": {
   "inputs": {
    "x": {
     "dtype": "DT_FLOAT",
     "tensor_shape": {
      "dim": [
       {
        "size": "-1",
        "name": ""
       }
      ],
      "unknown_rank": false
     },
     "name": "x:0"
    }
   },
   "outputs": {
    "y": {
     "dtype": "DT_FLOAT",
     "tensor_shape": {
      "dim": [],
      "unknown_rank": true
     },
     "name": "y:0"
    }
   },
   "method_name": "tensorflow/serving/predict"
  }
 }
}
}
}
"""


def test_answers_of_tensorflow_serving(served):
    answers = [
        HALF_PLUS_THREE,
        METADATA,
        '{\n    "outputs": [3.5, 4.0, NaN, 5e-07, -Infinity\n    ]\n}',
    ]
    served.faults = [page(200, answer, "application/json") for answer in answers]
    name = "saved_model_half_plus_three"
    with Client(served.address) as client:
        assert client.status(name) == {123: {"state": "AVAILABLE", "error": ""}}
        y = client.predict(name, {"x": [1.0, 2.0, 5.0]}, batch_size=2)["y"]
    assert y.dtype == np.float32
    np.testing.assert_array_equal(y, np.float32([3.5, 4, np.nan, 5e-7, -np.inf]))
    error = "Servable not found for request: Latest(half)"
    served.faults = [page(404, f'{{ "error": "{error}" }}', "application/json")]
    with Client(served.address) as client, pytest.raises(LookupError) as caught:
        client.status("half")
    assert error in str(caught.value)
