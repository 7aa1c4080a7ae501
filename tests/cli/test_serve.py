"""`kerae serve` as its users run it."""

import http.client
import json
import os
import shlex
import signal
import socket
import subprocess
import threading
from contextlib import contextmanager

import pytest
from command_line import INTERRUPTIBLE
from python_program import FRESH, python
from serving_in_thread import Served, until
from toy_saved_model import save_toy_model

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    save_toy_model(folder / "toy/1")
    save_toy_model(folder / "toy/2", factor=3.0)
    return folder


@contextmanager
def started(*arguments, code=INTERRUPTIBLE, fresh=False):
    python_ = FRESH if fresh else python("tensorflow")
    process = subprocess.Popen(
        [*python_, "-u", "-c", code, "serve", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"COLUMNS": "200", "NO_COLOR": "1", "KERAS_BACKEND": "tensorflow"},
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.slow
def test_it_says_where_it_is_and_how_to_ask(models):
    code = f"try: {INTERRUPTIBLE}\nfinally: import sys; print('keras' in sys.modules)"
    with started(models, "--port", 0, code=code, fresh=True) as process:
        line = process.stdout.readline()
        assert line.startswith("Serving toy (2, 1) at http://127.0.0.1:"), process.stderr.read()
        told, command = line.rstrip().split(". Try: ")
        _, flag, document, url = shlex.split(command)
        assert flag == "-d" and url.startswith(told.split(" at ")[1])
        server = Served(None, int(told.rpartition(":")[2]))
        status, answer = server.predict(json.loads(document))
        assert status == 200 and len(answer["predictions"]) == 1
        process.send_signal(signal.SIGINT)
        printed, complaints = process.communicate(timeout=30)
    # Neither it nor what it stands on has imported Keras.
    assert printed.split() == ["Stopped.", "False"] and process.returncode == 0, complaints
    assert "Traceback" not in complaints


@pytest.mark.slow
def test_told_to_end_it_answers_what_it_took(models):
    with started(models, "--port", 0, "--max-batch-size", 1) as process:
        port = int(process.stdout.readline().split(". Try: ")[0].rpartition(":")[2])
        server, answers = Served(None, port), []
        document = {"instances": [300_000], "signature_name": "count"}
        clients = [
            threading.Thread(target=lambda: answers.append(server.predict(document)))
            for _ in range(4)
        ]
        for client in clients:
            client.start()
        until(lambda: server.metric("kerae_waiting_requests") == 4)
        process.send_signal(signal.SIGTERM)
        printed, complaints = process.communicate(timeout=60)
        for client in clients:
            client.join()
    assert answers == [(200, {"predictions": [300_000]})] * 4
    assert process.returncode == 0 and printed.startswith("Stopped."), complaints
    assert complaints.count("Traceback") == 0


def test_options_reach_the_server(models):
    options = {"--host": "127.0.0.1", "--batch-timeout-ms": 1, "--max-waiting": 1}
    options |= {"--max-request-mb": 0.0001, "--port": 0}
    words = [word for option in options.items() for word in option]
    with started(models, *words) as process:
        port = int(process.stdout.readline().split(". Try: ")[0].rpartition(":")[2])
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        connection.request("POST", "/v1/models/toy:predict", b" " * 105)
        answer = connection.getresponse()
        assert answer.status == 413 and "at most 104 bytes" in answer.read().decode()
        connection.close()


def test_mistakes_are_told_in_one_line(models, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with started(models, "--port", port) as process:
            complaints = process.communicate(timeout=60)[1]
    assert process.returncode == 1 and f"free port. Received: 127.0.0.1:{port}" in complaints
    with started(tmp_path, "--port", 0) as process:
        complaints = process.communicate(timeout=60)[1]
    assert process.returncode == 2 and "Expected SavedModels in" in complaints
    assert "Traceback" not in complaints
