"""Who may ask, and what is answered."""

import socket
import urllib.error
import urllib.request
from contextlib import contextmanager

import pytest
from bokeh.models import Div

from kerae.analysis.explorer.serving import serving
from kerae.serving.host_names import HostNames
from kerae.serving.listening import listening

pytestmark = pytest.mark.once


def hello(document):
    document.add_root(Div(text="hello"))


@contextmanager
def served(*allowed):
    names = HostNames("127.0.0.1", allowed)
    with listening("127.0.0.1", 0) as listener, serving(hello, listener, names) as address:
        yield address


@pytest.fixture(scope="module")
def address():
    with served() as address:
        yield address


def answer(address, **headers):
    try:
        with urllib.request.urlopen(urllib.request.Request(address, headers=headers)) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, ""


def connected(address):
    port = int(address.rsplit(":", 1)[1].strip("/"))
    return socket.create_connection(("127.0.0.1", port), timeout=20)


def handshake(address, origin, host=None):
    """The status of the answer to a web socket that a page of `origin` opens."""
    with connected(address) as connection:
        lines = (
            "GET /ws HTTP/1.1",
            f"Host: {host or address.split('/')[2]}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Version: 13",
            f"Origin: {origin}",
        )
        connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        return int(connection.recv(100).split()[1])


def test_the_page_is_answered_and_its_scripts_are_its_own(address):
    status, page = answer(address)
    assert status == 200 and "static/js/bokeh" in page
    assert "cdn.bokeh.org" not in page and "https://" not in page


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1", 200),
        ("localhost", 200),
        ("evil.example", 404),
        ("127x0x0x1", 404),
        ("localhost.evil.example", 404),
    ],
)
def test_other_hosts_find_nothing(address, host, status):
    assert answer(address, Host=host)[0] == status


def test_other_origins_are_refused(address):
    own = address.strip("/")
    assert handshake(address, own) == 101
    assert answer(address, Origin=own)[0] == 200
    for origin in (
        "http://evil.example",
        "http://127.0.0.1:1",
        own.replace("127.0.0.1", "127.0.0.2"),
        "null",
    ):
        assert handshake(address, origin) == 404
        assert answer(address, Origin=origin)[0] == 404


def test_the_page_of_another_site_gets_no_token(address):
    query = "?bokeh-autoload-element=here"
    for path in ("autoload.js", "autoload-js", "metadata"):
        status, script = answer(f"{address}{path}{query}")
        assert (status, script) == (404, "")


def test_names_that_are_allowed_are_answered_and_their_pages_may_ask():
    with served("lab.example") as address:
        assert answer(address, Host="lab.example")[0] == 200
        assert handshake(address, "https://lab.example", "lab.example") == 101
        assert handshake(address, "https://lab.example") == 101
        assert handshake(address, "https://evil.example", "lab.example") == 404
        assert answer(address, Host="evil.example")[0] == 404


def test_connections_without_a_request_are_given_up(monkeypatch):
    monkeypatch.setattr("kerae.analysis.explorer.serving.SILENCE", 0.2)
    starts = (b"", b"GET / HT", b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n1")
    with served() as address:
        for start in starts:
            with connected(address) as connection:
                connection.sendall(start)
                assert connection.recv(1) == b""


def test_it_listens_to_this_machine_alone():
    with listening("127.0.0.1", 0) as listener:
        assert listener.getsockname()[0] == "127.0.0.1"


def test_a_port_in_use_is_told_and_a_port_is_given_back():
    with listening("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        with (
            pytest.raises(OSError, match=f"free port. Received: 127.0.0.1:{port} .*or 0"),
            listening("127.0.0.1", port),
        ):
            pass
        with serving(hello, listener, HostNames("127.0.0.1")) as address:
            assert answer(address)[0] == 200
    with listening("127.0.0.1", port) as listener:
        assert listener.getsockname()[1] == port


@pytest.mark.parametrize("port", [-1, 65536])
def test_no_such_port(port):
    with (
        pytest.raises(ValueError, match="Expected `port` from 0 to 65535"),
        listening("127.0.0.1", port),
    ):
        pass
