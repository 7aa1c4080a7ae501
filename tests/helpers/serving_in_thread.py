"""A real server on 127.0.0.1, in a thread, and what a test asks it."""

import http.client
import json
import socket
import threading
import time
from contextlib import contextmanager

from kerae.serving.host_names import HostNames
from kerae.serving.listening import listening
from kerae.serving.server.bodies import Bodies
from kerae.serving.server.http_server import HTTPServer

SECONDS = 20  # to wait for what has to come


class Served:
    """An address, and the `HTTPServer` behind it."""

    def __init__(self, server, port):
        self.server = server
        self.port = port

    def ask(self, path, document=None, body=None, method=None, **headers):
        """The status and the JSON of the answer to a GET, or a POST where there is something."""
        if document is not None:
            body = json.dumps(document)
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        connection.request(method or ("GET" if body is None else "POST"), path, body, headers)
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        is_json = answer.headers["content-type"] == "application/json"
        return answer.status, json.loads(text) if is_json else text.decode()

    def predict(self, document, model="toy", **named):
        return self.ask(f"/v1/models/{model}:predict", document | named)

    def connected(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=SECONDS)

    def metric(self, line):
        """The number after `line` on the metrics page, or None."""
        page = self.ask("/metrics")[1].splitlines()
        return next((float(row.split()[-1]) for row in page if row.startswith(line + " ")), None)


def head(path, length):
    """The head of a request with as many bytes of a body, which may never come."""
    return f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n".encode()


def read_answer(connection):
    """The status and the JSON of what a socket receives."""
    answer = http.client.HTTPResponse(connection)
    answer.begin()
    return answer.status, json.loads(answer.read())


@contextmanager
def served(folder, max_bytes=2**20, max_held=2**24, **options):
    options = {
        "max_batch_size": 64,
        "batch_timeout": 0.0,
        "host_names": HostNames("127.0.0.1"),
        "max_waiting": 100,
        "max_connections": 100,
        "silence": 30,
        "refresh_seconds": 0.05,
    } | options
    bodies = Bodies(max_bytes, max_held, options["silence"])
    ready = threading.Event()
    with listening("127.0.0.1", 0) as listener:
        server = HTTPServer(folder, bodies=bodies, ready=lambda loaded: ready.set(), **options)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        assert ready.wait(SECONDS)
        try:
            yield Served(server, listener.getsockname()[1])
        finally:
            server.should_exit = True
            thread.join(SECONDS)
            assert not thread.is_alive()


def until(condition):
    """Waits until it holds."""
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline, "It never came."
        time.sleep(0.01)
