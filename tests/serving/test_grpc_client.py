"""The client over gRPC; what it shares with the other is in test_clients.py."""

import shutil
import socketserver
import subprocess
import sys
import threading

import grpc
import pytest
from stand_in_grpc import stand_in_grpc

import kerae.serving
from kerae.serving import GRPCClient

pytestmark = pytest.mark.once

MODEL = "vae_digits"


@pytest.fixture
def served():
    with stand_in_grpc() as (address, model):
        model.address = address
        yield model


@pytest.mark.parametrize("address", ["localhost", "http://localhost:8500", ""])
def test_no_addresses(address):
    with pytest.raises(ValueError, match='Expected `address` as "localhost:8500". Received'):
        GRPCClient(address)


@pytest.mark.parametrize("retries", [-1, 5])
def test_grpc_tries_five_times_at_most(retries):
    with pytest.raises(ValueError, match=f"`retries` from 0 to 4. Received: {retries}."):
        GRPCClient("localhost:8500", retries=retries)


def test_messages_may_be_larger_than_grpcs_default(served):
    served.signatures["decode"] = served.signatures["words"]
    large = b"x" * (5 * 2**20)
    with GRPCClient(served.address) as client:
        outputs = client.predict(MODEL, {"text": [large]}, signature="words")
    assert outputs["text"][0] == large


def test_no_retries(served):
    served.faults = [(grpc.StatusCode.UNAVAILABLE, "Loading")] * 2
    with (
        GRPCClient(served.address, retries=0) as client,
        pytest.raises(ConnectionError, match="UNAVAILABLE.*Loading"),
    ):
        client.status(MODEL)
    assert len(served.faults) == 1


def test_what_is_too_much_is_not_sent_again(served):
    served.faults = [(grpc.StatusCode.RESOURCE_EXHAUSTED, "larger than max")] * 2
    with (
        GRPCClient(served.address) as client,
        pytest.raises(ConnectionError, match="larger than max. .*smaller `batch_size`"),
    ):
        client.status(MODEL)
    assert len(served.faults) == 1


def test_a_server_that_starts_again_is_found():
    with stand_in_grpc() as (address, _), GRPCClient(address) as client:
        assert client.status(MODEL)
    with GRPCClient(address) as client:
        with pytest.raises(ConnectionError, match="refused"):
            client.status(MODEL)
        with stand_in_grpc(address):
            client.wait_until_ready(MODEL, timeout=20)


def test_each_attempt_makes_a_connection_of_its_own():
    connections = []

    class Closes(socketserver.BaseRequestHandler):
        def handle(self):
            connections.append(self.client_address)

    with socketserver.TCPServer(("127.0.0.1", 0), Closes) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        host, port = server.server_address
        with GRPCClient(f"{host}:{port}") as client, pytest.raises(ConnectionError):
            client.status(MODEL)
        server.shutdown()
        thread.join()
    assert len(connections) > 1


def test_the_proxy_of_the_environment_is_not_asked(served, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with GRPCClient(served.address) as client:
        assert client.status(MODEL)


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl makes the certificate")
def test_credentials_make_the_connection_secure(tmp_path):
    command = "openssl req -x509 -nodes -newkey rsa:2048 -keyout key -out certificate -days 2"
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    subprocess.run([*command.split(), *names], cwd=tmp_path, check=True, capture_output=True)
    key, certificate = ((tmp_path / name).read_bytes() for name in ("key", "certificate"))
    server = grpc.ssl_server_credentials([(key, certificate)])
    trusted = grpc.ssl_channel_credentials(certificate)
    with stand_in_grpc("localhost:0", server) as (address, _):
        with GRPCClient(address, credentials=trusted) as client:
            assert client.status(MODEL)
        with GRPCClient(address, retries=0) as client, pytest.raises(ConnectionError):
            client.status(MODEL)


def test_the_package_that_is_missing_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow_serving", None)
    with pytest.raises(ImportError, match=r"tensorflow-serving-api\. .* 'kerae\[tensorflow\]'"):
        kerae.serving.GRPCClient  # noqa: B018
