"""The server as its clients see it: over HTTP, on 127.0.0.1."""

import gc
import json
import logging
import os
import shutil
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import numpy as np
import pytest
from google.protobuf.json_format import ParseDict
from serving_in_thread import SECONDS, head, read_answer, served, until
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel
from tensorflow_serving.apis.get_model_metadata_pb2 import SignatureDefMap
from tensorflow_serving.apis.get_model_status_pb2 import GetModelStatusResponse
from tensorflow_serving.apis.model_pb2 import ModelSpec
from toy_saved_model import PREDICT, X, save_toy_model

from kerae.backend.servable import Servable
from kerae.serving.serve import serve
from kerae.serving.server import rest_api

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    save_toy_model(folder / "toy/1", factor=2.0)
    save_toy_model(folder / "toy/12", factor=12.0)
    (folder / "README.md").write_text("Models")
    (folder / "toy/figures").mkdir()
    (folder / "toy/.13-1").mkdir()
    (folder / ".hidden/1").mkdir(parents=True)
    return folder


@pytest.fixture(scope="module")
def server(toy):
    with served(toy) as server:
        yield server


@pytest.fixture
def held(monkeypatch):
    """Holds every run of a model until it is let go; counts those that have begun."""

    class Held:
        began, let_go = threading.Semaphore(0), threading.Event()

    answer = Servable.__call__

    def hold(self, signature, inputs):
        Held.began.release()
        assert Held.let_go.wait(SECONDS)
        return answer(self, signature, inputs)

    monkeypatch.setattr(Servable, "__call__", hold)
    # Of versions that are loaded meanwhile.
    monkeypatch.setattr("kerae.serving.server.version.Version._warm_up", lambda *_: None)
    yield Held
    Held.let_go.set()


@contextmanager
def complaints():
    """The list of what the server logs as wrong; it goes no further than its own handlers."""
    texts, handler = [], logging.Handler(logging.WARNING)
    handler.emit = lambda record: texts.append(logging.Formatter().format(record))
    loggers = [logging.getLogger(name) for name in ("uvicorn", "kerae.serving")]
    for logger in loggers:
        logger.addHandler(handler)
    try:
        yield texts
    finally:
        for logger in loggers:
            logger.removeHandler(handler)


def factor(server, path=PREDICT):
    status, answer = server.ask(path, {"instances": [np.ones((2, 3)).tolist()]})
    return answer["predictions"][0][0][0] if status == 200 else answer["error"]


def states(server, model="toy"):
    answer = server.ask(f"/v1/models/{model}")[1]
    return {
        int(version["version"]): (version["state"], version["status"]["error_message"])
        for version in answer.get("model_version_status", [])
    }


def test_the_status_is_tensorflow_servings(server):
    status, answer = server.ask("/v1/models/toy")
    assert status == 200
    assert answer["model_version_status"][1] == {
        "version": "1",
        "state": "AVAILABLE",
        "status": {"error_code": "OK", "error_message": ""},
    }
    parsed = ParseDict(answer, GetModelStatusResponse())
    assert [version.version for version in parsed.model_version_status] == [12, 1]
    status, answer = server.ask("/v1/models/toy/versions/1")
    assert status == 200 and [v["version"] for v in answer["model_version_status"]] == ["1"]


@pytest.mark.parametrize(("path", "version"), [("", "12"), ("/versions/1", "1")])
def test_the_metadata_are_those_of_the_saved_model(server, toy, path, version):
    status, answer = server.ask(f"/v1/models/toy{path}/metadata")
    assert status == 200 and list(answer) == ["model_spec", "metadata"]
    assert answer["model_spec"] == {"name": "toy", "signature_name": "", "version": version}
    ParseDict(answer["model_spec"], ModelSpec())
    signatures = ParseDict(answer["metadata"]["signature_def"], SignatureDefMap()).signature_def
    model = SavedModel.FromString((toy / f"toy/{version}/saved_model.pb").read_bytes())
    assert signatures == model.meta_graphs[0].signature_def and len(signatures) > 5
    pair = answer["metadata"]["signature_def"]["signature_def"]["pair"]
    assert pair["method_name"] == "tensorflow/serving/predict"
    assert pair["inputs"]["label"]["dtype"] == "DT_INT32"
    assert pair["inputs"]["x"]["tensor_shape"] == {
        "dim": [{"size": "-1", "name": ""}, {"size": "2", "name": ""}],
        "unknown_rank": False,
    }


def test_predictions_by_row_and_by_column(server):
    twelve = (12 * np.array(X)).astype("float32").tolist()
    for key, answer in (("instances", "predictions"), ("inputs", "outputs")):
        status, found = server.predict({key: X})
        assert status == 200 and list(found) == [answer]
        np.testing.assert_allclose(found[answer], twelve, rtol=1e-6)
    rows = [{"x": [1, 2.5], "label": 7}, {"x": [0.1, 0.2], "label": -1}]
    assert server.predict({"instances": rows}, signature_name="pair") == (
        200,
        {"predictions": [{"next": 8, "total": 3.5}, {"next": 0, "total": 0.3}]},
    )
    columns = {"x": [[1, 2.5]], "label": [7]}
    assert server.predict({"inputs": columns}, signature_name="pair") == (
        200,
        {"outputs": {"next": [8], "total": [3.5]}},
    )


def test_a_large_request_is_answered_as_a_small_one(server):
    x = np.random.default_rng(0).random((3000, 2, 3), dtype="float32")
    document = {"instances": x.tolist()}
    assert rest_api.LARGE < len(json.dumps(document)) < 2**20
    status, found = server.predict(document)
    assert status == 200
    np.testing.assert_allclose(found["predictions"], 12 * x, rtol=1e-6)
    status, answer = server.predict({"instances": (2 * x).tolist()})
    assert status == 400 and "from 0 to 1" in answer["error"]


def test_the_newest_version_answers_unless_one_is_named(server):
    assert factor(server) == 12
    assert factor(server, "/v1/models/toy/versions/1:predict") == 2
    assert factor(server, "/v1/models/toy/versions/12:predict") == 12


def test_values_of_each_type_come_through(server):
    inputs = {"a": [2**63 - 1, -(2**63)], "b": [0, 255], "flag": [True, False]}
    expected = {"a": inputs["a"], "b": inputs["b"], "flag": [False, True]}
    assert server.predict({"inputs": inputs}, signature_name="whole")[1] == {"outputs": expected}
    assert server.predict({"inputs": [0.1, 1e300]}, signature_name="double")[1] == {
        "outputs": [0.1, 1e300]
    }
    assert server.predict({"instances": [{"b64": "YQ=="}, "bc"]}, signature_name="text")[1] == {
        "predictions": [
            {"echo_bytes": {"b64": "YQ=="}, "text": "A"},
            {"echo_bytes": {"b64": "YmM="}, "text": "BC"},
        ]
    }
    found = server.predict({"instances": [-1, 0, 1]}, signature_name="logarithm")[1]
    np.testing.assert_array_equal(found["predictions"], [np.nan, -np.inf, 0])
    found = server.predict({"inputs": {"x": [1, 2], "scale": 4}}, signature_name="mean")
    assert found == (200, {"outputs": 6.0})


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"instances": [[[255] * 3] * 2]}, "from 0 to 1 in input 'x'. Received: 255."),
        ({"instances": [[1, 2]]}, "Expected shape (any, 2, 3) in input 'x'. Received: (1, 2)."),
        ({"instances": X, "signature_name": "none"}, 'signature name: "none" not found'),
        ({"instances": X, "signature": "pair"}, "Received: ['signature']"),
        ({"instances": [1], "signature_name": "pair"}, "with the inputs ['label', 'x']"),
        ({"instances": ["a"], "signature_name": "divide"}, "Received: 'a'."),
        ({"instances": [2**31], "signature_name": "divide"}, "Received: 2147483648."),
        ({"instances": [0], "signature_name": "divide"}, "Integer division by zero"),
        (
            {"instances": [{"x": 1, "scale": 2}], "signature_name": "mean"},
            "Expected shape () in input 'scale'",
        ),
    ],
)
def test_a_mistake_is_told_in_one_line(server, document, message):
    status, answer = server.predict(document)
    assert status == 400 and list(answer) == ["error"]
    assert message in answer["error"] and "\n" not in answer["error"]


def test_requests_without_json_are_refused(server):
    for body in ("", "[", "NaN", '{"instances": [[[0, NaN, 0], [0, 0, 0]]]}', "\0\1\2"):
        status, answer = server.ask(PREDICT, body=body)
        assert status == 400 and "Expected" in answer["error"]


@pytest.mark.parametrize(
    ("path", "method", "status", "message"),
    [
        ("/v1/models/other", "GET", 404, "Could not find any versions of model other"),
        ("/v1/models/.hidden", "GET", 404, "Could not find any versions of model .hidden"),
        ("/v1/models/toy/versions/3", "GET", 404, "Could not find version 3 of model toy"),
        ("/v1/models/other/metadata", "GET", 404, "Servable not found for request: Latest(other)"),
        ("/v1/models/other:predict", "POST", 404, "Servable not found for request: Latest(other)"),
        (
            "/v1/models/toy/versions/3:predict",
            "POST",
            404,
            "Servable not found for request: Specific(toy, 3). Expected one of: toy (12, 1).",
        ),
        (f"/v1/models/toy/versions/{'9' * 5000}", "GET", 400, "Failed to convert version"),
        ("/v1/models/toy/versions/one", "GET", 404, "Malformed request: GET"),
        ("/v1/models/toy:classify", "POST", 404, "Malformed request: POST"),
        ("/v1/models", "GET", 404, "Malformed request: GET"),
        ("/", "GET", 404, "Malformed request: GET /. Expected GET /v1/models/NAME"),
        ("/v1/models/toy:predict", "GET", 405, "Malformed request: GET"),
        ("/v1/models/toy/versions/1:predict", "DELETE", 405, "Malformed request: DELETE"),
        ("/v1/models/toy", "POST", 405, "Malformed request: POST"),
        ("/metrics", "POST", 405, "Malformed request: POST"),
    ],
)
def test_other_addresses_are_refused(server, path, method, status, message):
    body = '{"instances": [1]}' if method == "POST" else None
    found, answer = server.ask(path, body=body, method=method)
    assert (found, list(answer)) == (status, ["error"]) and message in answer["error"]


def test_answers_never_mix(server):
    """Many clients at once; each has its own numbers, of another shape of request each time."""

    def ask(client):
        random = np.random.default_rng(client)
        for _ in range(30):
            x = random.random((random.integers(1, 9), 2, 3), dtype="float32")
            key, answer = [("instances", "predictions"), ("inputs", "outputs")][client % 2]
            status, found = server.predict({key: x.tolist()})
            assert status == 200
            np.testing.assert_allclose(found[answer], 12 * x, rtol=1e-6)
            total = float(client)
            status, found = server.predict(
                {"inputs": {"x": [[total, 0.0]], "label": [client]}}, signature_name="pair"
            )
            assert found == {"outputs": {"next": [client + 1], "total": [total]}}
        return True

    with ThreadPoolExecutor(12) as clients:
        assert all(clients.map(ask, range(12)))


def test_requests_that_wait_are_merged_and_one_bad_one_harms_none(toy, held):
    with served(toy, refresh_seconds=1000) as server, ThreadPoolExecutor(8) as clients:

        def ask(x):
            return clients.submit(server.predict, {"instances": [x]}, signature_name="divide")

        first = ask(1)
        assert held.began.acquire(timeout=SECONDS)
        others = [ask(x) for x in (2, 0, 4, 5)]
        until(lambda: server.metric("kerae_waiting_requests") == 5)
        held.let_go.set()
        assert first.result() == (200, {"predictions": [100]})
        assert [answer.result()[0] for answer in others] == [200, 400, 200, 200]
        assert [answer.result()[1].get("predictions") for answer in others] == [
            [50],
            None,
            [25],
            [20],
        ]
        # The first alone, four merged in vain, and those one by one.
        assert sum(iter(lambda: held.began.acquire(blocking=False), False)) == 5


def test_waiting_requests_share_a_run(toy, held):
    with served(toy, refresh_seconds=1000) as server, ThreadPoolExecutor(8) as clients:
        answers = [clients.submit(factor, server)]
        assert held.began.acquire(timeout=SECONDS)
        answers += [clients.submit(factor, server) for _ in range(6)]
        until(lambda: server.metric("kerae_waiting_requests") == 7)
        held.let_go.set()
        assert [answer.result() for answer in answers] == [12] * 7
        labels = 'model="toy",signature="serving_default",version="12"'
        assert server.metric(f"kerae_batch_rows_count{{{labels}}}") == 2
        assert server.metric(f'kerae_batch_rows_bucket{{le="4.0",{labels}}}') == 1
        assert server.metric(f"kerae_rows_total{{{labels}}}") == 7


def test_a_full_queue_refuses_and_recovers(toy, held):
    options = {"max_waiting": 2, "refresh_seconds": 1000}
    with served(toy, **options) as server, ThreadPoolExecutor(2) as clients:
        answers = [clients.submit(factor, server) for _ in range(2)]
        until(lambda: server.metric("kerae_waiting_requests") == 2)
        status, answer = server.predict({"instances": X})
        assert status == 503 and "at most 2 requests at once" in answer["error"]
        held.let_go.set()
        assert [answer.result() for answer in answers] == [12, 12]
        assert factor(server) == 12


def test_who_hangs_up_harms_nobody(server):
    gone = 'kerae_requests_total{code="499",model="",signature="",version=""}'
    body = json.dumps({"instances": [3 * 10**4], "signature_name": "count"}).encode()
    counted = 'kerae_requests_total{code="200",model="toy",signature="count",version="12"}'
    with complaints() as logged:
        for line, sent in (
            (gone, head(PREDICT, 100) + b'{"inst'),
            (counted, head(PREDICT, len(body)) + body),
        ):
            before = server.metric(line) or 0
            with server.connected() as connection:
                connection.sendall(sent)
            until(lambda line=line, before=before: server.metric(line) == before + 1)
        assert factor(server) == 12 and not logged


def test_slow_pieces_become_one_request(server):
    body = json.dumps({"instances": X}).encode()
    with server.connected() as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in (head(PREDICT, len(body)), body[:1], body[1:20], body[20:]):
            connection.sendall(piece)
        assert read_answer(connection)[0] == 200
        # The connection serves the next one, too.
        connection.sendall(head(PREDICT, len(body)) + body)
        assert read_answer(connection)[0] == 200


def test_versions_and_models_come_and_go(tmp_path):
    save_toy_model(tmp_path / "toy/1", factor=2.0)
    with served(tmp_path) as server:
        assert factor(server) == 2
        save_toy_model(tmp_path / ".new", factor=3.0)
        shutil.copytree(tmp_path / ".new", tmp_path / "other/5")
        (tmp_path / ".new").rename(tmp_path / "toy/2")
        until(lambda: factor(server) == 3)
        assert factor(server, "/v1/models/toy/versions/1:predict") == 2
        until(lambda: factor(server, "/v1/models/other:predict") == 3)
        assert server.metric('kerae_loaded_versions{model="toy"}') == 2

        shutil.rmtree(tmp_path / "toy/2")
        until(lambda: set(states(server)) == {1})
        assert factor(server) == 2
        assert server.ask("/v1/models/toy/versions/2:predict", {"instances": X})[0] == 404
        shutil.rmtree(tmp_path / "other")
        until(lambda: server.ask("/v1/models/other")[0] == 404)
        assert server.metric('kerae_loaded_versions{model="other"}') is None


def test_a_request_is_finished_by_the_version_that_took_it(toy, tmp_path, held):
    shutil.copytree(toy / "toy", tmp_path / "toy")
    with served(tmp_path) as server, ThreadPoolExecutor(1) as clients:
        answer = clients.submit(factor, server)
        assert held.began.acquire(timeout=SECONDS)
        shutil.rmtree(tmp_path / "toy/12")
        until(lambda: set(states(server)) == {1})
        held.let_go.set()
        assert answer.result() == 12 and factor(server) == 2


def test_a_broken_version_is_told_and_the_one_before_goes_on(toy, tmp_path):
    shutil.copytree(toy / "toy/1", tmp_path / "toy/1")
    shutil.copytree(toy / "toy/12", tmp_path / "whole")
    with served(tmp_path) as server, complaints() as logged:
        (tmp_path / "toy/2").mkdir()
        until(lambda: states(server).get(2, [None])[0] == "END")
        assert "Expected a SavedModel in" in states(server)[2][1]
        assert states(server)[2][1] in logged[0]
        answer = server.ask("/v1/models/toy/versions/2")[1]
        assert answer["model_version_status"][0]["status"]["error_code"] == "INTERNAL"
        ParseDict(answer, GetModelStatusResponse())
        (tmp_path / "toy/3").mkdir()
        (tmp_path / "toy/3/saved_model.pb").write_bytes(b"no model")
        until(lambda: states(server).get(3, [None])[0] == "END")
        assert factor(server) == 2

        # Mended, it is loaded.
        (tmp_path / "toy/3/saved_model.pb").unlink()
        shutil.copytree(tmp_path / "whole", tmp_path / "toy/3", dirs_exist_ok=True)
        until(lambda: factor(server) == 12)
        assert states(server)[3] == ("AVAILABLE", "")

        # Spoiled where it lies, it goes on as it was loaded, and tells.
        (tmp_path / "toy/3/saved_model.pb").write_bytes(b"no model")
        until(lambda: states(server)[3][1])
        assert states(server)[3][0] == "AVAILABLE" and factor(server) == 12
        # Looked at many times since, and told once.
        assert sum("toy/2" in text for text in logged) == 1


def test_versions_go_on_where_the_folder_is_lost(toy, tmp_path):
    shutil.copytree(toy, tmp_path / "models")
    with served(tmp_path / "models") as server:
        (tmp_path / "models").rename(tmp_path / "moved")
        save_toy_model(tmp_path / "moved/toy/20", factor=20.0)
        assert factor(server) == 12
        (tmp_path / "moved").rename(tmp_path / "models")
        until(lambda: factor(server) == 20)


def test_the_folder_may_be_one_model(toy):
    with served(toy / "toy") as server:
        # What is loaded is not looked through for garbage again and again.
        assert gc.get_freeze_count() > 10_000
        assert factor(server) == 12 and set(states(server)) == {1, 12}
    assert gc.get_freeze_count() == 0


def test_metrics_have_no_label_that_a_client_made_up(server):
    for name in ("made_up_1", "made_up_2"):
        server.ask(f"/v1/models/{name}:predict", {"instances": [1]})
        server.predict({"instances": X}, signature_name=name)
        server.ask(f"/v1/models/toy/versions/777{name[-1]}:predict", {"instances": X})
    server.predict({"instances": X})
    status, page = server.ask(rest_api.METRICS[0])
    assert (
        server.ask("/metrics")[0] == status == 200
        and "made_up" not in page
        and 'version="777' not in page
    )
    unknown = 'kerae_requests_total{code="404",model="",signature="",version=""}'
    assert server.metric(unknown) >= 4
    unnamed = 'kerae_requests_total{code="400",model="toy",signature="",version="12"}'
    assert server.metric(unnamed) >= 2
    labels = 'model="toy",signature="serving_default",version="12"'
    answered = server.metric(f'kerae_requests_total{{code="200",{labels}}}')
    assert answered >= 1
    assert server.metric(f"kerae_request_duration_seconds_count{{{labels}}}") >= answered
    assert server.metric(f"kerae_request_duration_seconds_sum{{{labels}}}") > 0
    assert server.metric("kerae_waiting_requests") == 0


def test_it_finishes_what_it_took_and_refuses_the_rest(toy, held):
    with served(toy, refresh_seconds=1000) as server, ThreadPoolExecutor(2) as clients:
        answers = [clients.submit(factor, server)]
        assert held.began.acquire(timeout=SECONDS)
        answers.append(clients.submit(factor, server))
        until(lambda: server.metric("kerae_waiting_requests") == 2)
        with server.connected() as half, server.connected() as idle:
            half.sendall(head(PREDICT, 1000) + b'{"inst')
            until(lambda: len(server.server.server_state.tasks) == 3)
            server.server.should_exit = True
            status, answer = read_answer(half)
            assert status == 503 and "shutting down" in answer["error"]
            assert idle.recv(1) == b""
            with pytest.raises(OSError):
                server.connected()
        assert not any(answer.done() for answer in answers)
        held.let_go.set()
        assert [answer.result() for answer in answers] == [12, 12]


def test_a_fault_of_the_server_is_logged_and_told_as_one(toy, monkeypatch):
    def fail(*_):
        raise RuntimeError("a secret")

    with served(toy, refresh_seconds=1000) as server:
        monkeypatch.setattr(Servable, "__call__", fail)
        with complaints() as logged:
            status, answer = server.predict({"instances": X})
            until(lambda: logged)
        assert "Traceback" in logged[0] and "a secret" in logged[0]
        assert status == 500 and "RuntimeError" in answer["error"]
        assert "secret" not in answer["error"]
        code = 'code="500",model="toy",signature="serving_default",version="12"'
        assert server.metric(f"kerae_requests_total{{{code}}}") == 1


def test_a_folder_without_a_model_is_told_in_one_line(tmp_path):
    with pytest.raises(FileNotFoundError, match="Expected a folder of models. Received: .*none"):
        serve(tmp_path / "none", port=0)
    (tmp_path / "model").mkdir()
    with pytest.raises(ValueError, match="Expected SavedModels in .*Received: none"):
        serve(tmp_path, port=0)
    (tmp_path / "model/1").mkdir()
    with pytest.raises(ValueError, match="Received: Expected a SavedModel in .*saved_model.pb"):
        serve(tmp_path, port=0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"max_batch_size": 0},
        {"batch_timeout_ms": -1},
        {"max_request_mb": -1},
        {"max_waiting_mb": 31},
        {"max_waiting": 0},
        {"max_connections": 0},
        {"timeout": 0},
        {"port": 2**16},
    ],
)
def test_arguments_out_of_range_are_told(tmp_path, wrong):
    (name,) = wrong
    with pytest.raises(ValueError, match=f"Expected `{name}` .* Received: {wrong[name]}"):
        serve(tmp_path, **wrong)


def test_undocumented_limits_are_told(toy, tmp_path):
    shutil.copytree(toy / "toy/1", tmp_path / "toy/1")
    (tmp_path / "toy/1/assets.extra/kerae.json").write_text("{}")
    with pytest.raises(ValueError, match="Expected documented signatures in .*kerae.json"):
        serve(tmp_path, port=0)
    shutil.rmtree(tmp_path / "toy/1/assets.extra")
    with served(tmp_path) as server:
        assert server.predict({"instances": [[[255] * 3] * 2]})[0] == 200


def test_without_tensorflow_it_says_what_to_install(toy):
    code = "import sys; sys.modules['tensorflow'] = None\n"
    code += f"from kerae.serving.serve import serve; serve({str(toy)!r}, port=0)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={key: value for key, value in os.environ.items() if key != "KERAS_BACKEND"},
        check=False,
    )
    assert done.stderr.splitlines()[-1].endswith("pip install 'kerae[serve,tensorflow]'")
