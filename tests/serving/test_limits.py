"""What a client can take from the others: connections, memory, time."""

import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import numpy as np
import orjson
import pytest
from serving_in_thread import head, read_answer, served, until
from toy_saved_model import PREDICT, X, save_toy_model

from kerae.serving.host_names import HostNames
from kerae.serving.server import bodies, connection

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    save_toy_model(folder / "toy/1", factor=12.0)
    return folder


def answers(server):
    status, answer = server.predict({"instances": X})
    return status == 200 and answer["predictions"][0][1][2] == 12


def gone(connection):
    """Whether the server ends it."""
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


def test_a_body_that_is_too_large_is_refused_while_it_is_read(toy):
    document = json.dumps({"instances": X}).encode()
    with served(toy, max_bytes=len(document), refresh_seconds=1000) as server:
        assert server.ask(PREDICT, body=document)[0] == 200
        status, answer = server.ask(PREDICT, body=document + b" ")
        assert status == 413 and f"at most {len(document)} bytes" in answer["error"]
        # More than the socket holds, so that it has to be taken for the answer to be read.
        assert server.ask(PREDICT, body=b" " * 2**24)[0] == 413
        with server.connected() as connection:
            connection.sendall(head(PREDICT, 2**40))
            assert read_answer(connection)[0] == 413
        with server.connected() as connection:
            chunks = b"POST %s HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
            connection.sendall(chunks % PREDICT.encode() + b"400\r\n" + b" " * 1024 + b"\r\n")
            assert read_answer(connection)[0] == 413
        assert answers(server)


def test_a_body_that_stays_away_is_given_up(toy):
    with (
        served(toy, silence=0.05, refresh_seconds=1000) as server,
        server.connected() as connection,
    ):
        connection.sendall(head(PREDICT, 100) + b'{"inst')
        status, answer = read_answer(connection)
        assert status == 408 and "Expected the rest of the body" in answer["error"]
        assert connection.recv(1) == b""


def test_a_body_that_trickles_is_given_up(toy, monkeypatch):
    monkeypatch.setattr(bodies, "SLOWEST", 1000)
    with (
        served(toy, silence=0.2, refresh_seconds=1000) as server,
        server.connected() as connection,
        ThreadPoolExecutor(1) as reading,
    ):
        began = time.monotonic()
        connection.sendall(head(PREDICT, 10**6) + b'{"inst')
        answer = reading.submit(read_answer, connection)
        while not answer.done():
            assert time.monotonic() < began + 10
            connection.sendall(b" ")
            time.sleep(0.02)
        assert answer.result()[0] == 408


def test_bodies_take_no_more_than_allowed_together(toy):
    limits = {"max_bytes": 2**20, "max_held": 2**20 + 2**19}
    half = head(PREDICT, 2**20) + b" " * (2**20 - 1000)
    with (
        served(toy, **limits, refresh_seconds=1000) as server,
        server.connected() as first,
        server.connected() as second,
    ):
        first.sendall(half)
        until(lambda: server.metric("kerae_waiting_bytes") == 2**20 - 1000)
        second.sendall(half)
        status, answer = read_answer(second)
        assert status == 503 and f"at most {2**20 + 2**19} bytes in all" in answer["error"]
        # There is room for what is small, and for the large once the first is gone.
        assert answers(server)
        first.close()
        until(lambda: server.metric("kerae_waiting_bytes") == 0)
        assert server.ask(PREDICT, body=b" " * 2**20)[0] == 400


@pytest.mark.parametrize("start", [b"", b"GET /v1/mod", b"GET / HTTP/1.1\r\nHost: localhost\r\n"])
def test_connections_without_a_whole_request_are_given_up(toy, start):
    with served(toy, silence=0.2, refresh_seconds=1000) as server, server.connected() as silent:
        silent.sendall(start)
        until(lambda: not server.server.server_state.connections)
        assert gone(silent) and answers(server)


def test_a_connection_that_trickles_its_head_is_given_up(toy):
    with served(toy, silence=0.3, refresh_seconds=1000) as server, server.connected() as slow:
        began = time.monotonic()
        with pytest.raises(OSError):
            while True:
                assert time.monotonic() < began + 10
                slow.sendall(b"G")
                time.sleep(0.02)


def test_a_connection_without_a_request_gives_way_to_a_new_one(toy):
    with served(toy, max_connections=2, refresh_seconds=1000) as server, ExitStack() as stack:
        connections, silent = server.server.server_state.connections, []
        for seen in (1, 2, 2):
            silent.append(stack.enter_context(server.connected()))
            until(lambda seen=seen: len(connections) == seen)
        assert gone(silent[0])
        # Those that are in the middle of a request stay, and one more is told so.
        for other in silent[1:]:
            other.sendall(head(PREDICT, 1000) + b'{"inst')
        until(lambda: len(server.server.server_state.tasks) == 2)
        refused = stack.enter_context(server.connected())
        status, answer = read_answer(refused)
        assert status == 503 and "fewer connections" in answer["error"] and gone(refused)


def test_an_answer_that_is_not_taken_is_given_up(toy, monkeypatch):
    monkeypatch.setattr(connection, "SLOWEST", 10**6)
    body = orjson.dumps({"instances": np.zeros((20_000, 2, 3)).tolist()})
    with served(toy, silence=0.3, refresh_seconds=1000) as server, server.connected() as client:
        connections = server.server.server_state.connections
        until(lambda: connections)
        (held,) = connections
        buffers = (
            (client, socket.SO_RCVBUF),
            (held.transport.get_extra_info("socket"), socket.SO_SNDBUF),
        )
        for end, buffer in buffers:
            end.setsockopt(socket.SOL_SOCKET, buffer, 4096)
        client.sendall(head(PREDICT, len(body)) + body)
        until(lambda: held.flow.write_paused)
        until(lambda: not connections)
        assert answers(server)


def test_others_are_answered_while_a_large_body_is_read(toy):
    body = orjson.dumps({"instances": np.random.default_rng(0).random((100_000, 2, 3)).tolist()})
    began = time.perf_counter()
    orjson.loads(body)
    alone = time.perf_counter() - began
    waits = []
    with (
        served(toy, max_bytes=len(body), max_held=2**26, refresh_seconds=1000) as server,
        ThreadPoolExecutor(1) as clients,
    ):
        large = clients.submit(server.ask, PREDICT, body=body)
        while not large.done():
            began = time.perf_counter()
            server.ask("/v1/models/toy")
            waits.append(time.perf_counter() - began)
        status, answer = large.result()
    assert status == 200 and len(answer["predictions"]) == 100_000
    assert max(waits) < alone / 2, (alone, sorted(waits)[-3:])


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({"Host": "localhost:1"}, 200, marks=pytest.mark.nightly),
        pytest.param({"Host": "192.168.1.9"}, 200, marks=pytest.mark.nightly),
        ({"Host": "evil.example"}, 403),
        ({"Host": "models.example"}, 200),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "https://models.example:444"}, 200),
        pytest.param({"Origin": "http://localhost:3000"}, 403, marks=pytest.mark.nightly),
        pytest.param({"Origin": "null"}, 403, marks=pytest.mark.nightly),
    ],
)
def test_other_names_and_pages_of_other_sites_are_refused(toy, headers, status):
    names = HostNames("127.0.0.1", ["models.example"])
    with served(toy, host_names=names, refresh_seconds=1000) as server:
        for path, document in ((PREDICT, {"instances": X}), ("/v1/models/toy", None)):
            came, answer = server.ask(path, document, **headers)
            assert came == status
            assert status == 200 or next(iter(headers.values())) in answer["error"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Content-Type": "application/json; charset=utf-8"}, 200),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 200),
        ({"Content-Type": "image/png"}, 415),
        ({"Content-Type": "multipart/form-data; boundary=a"}, 415),
        ({"Content-Type": "application/json", "Content-Encoding": "gzip"}, 415),
    ],
)
def test_bodies_of_other_types_are_refused(server, headers, status):
    came, answer = server.ask(PREDICT, {"instances": X}, **headers)
    assert came == status
    assert status == 200 or "Expected a body of type application/json" in answer["error"]


@pytest.fixture(scope="module")
def server(toy):
    with served(toy, refresh_seconds=1000) as server:
        yield server
