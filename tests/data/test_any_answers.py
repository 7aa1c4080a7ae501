import http.server
import socket
import threading
import time

import pytest

from kerae.data.any_answers import any_answers

pytestmark = pytest.mark.once


@pytest.fixture
def listener():
    """A socket that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def address(server):
    return f"http://127.0.0.1:{server.getsockname()[1]}/file"


def test_a_refusal_is_an_answer(listener):
    handler = http.server.BaseHTTPRequestHandler  # answers 501 to every method
    with http.server.HTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            assert any_answers([address(listener), address(server.socket)], 5)
        finally:
            server.shutdown()


def test_waits_no_longer_than_told(listener):
    start = time.monotonic()
    assert not any_answers([address(listener)], 0.3)
    assert time.monotonic() - start < 2


def test_closed_port_is_no_answer_at_once(listener):
    closed = address(listener)
    listener.close()
    start = time.monotonic()
    assert not any_answers([closed], 30)
    assert time.monotonic() - start < 5
