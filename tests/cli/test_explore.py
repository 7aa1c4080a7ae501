"""`kerae explore` as its users run it."""

import os
import signal
import subprocess
import urllib.request

import pytest
from command_line import INTERRUPTIBLE
from python_program import python

import kerae
from kerae.serving.listening import listening

pytestmark = pytest.mark.once


@pytest.fixture
def model(tmp_path):
    kerae.AE((8, 8, 1), 2).save(tmp_path / "model.keras")
    return tmp_path / "model.keras"


def started(*arguments):
    return subprocess.Popen(
        [*python("jax"), "-u", "-c", INTERRUPTIBLE, "explore", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"KERAS_BACKEND": "jax", "COLUMNS": "200", "NO_COLOR": "1"},
    )


def test_it_says_where_it_is_and_stops_when_told(model):
    with started(model, "--data", "digits", "--no-browser", "--port", 0) as process:
        line = process.stdout.readline()
        address = next((word for word in line.split() if word.startswith("http://127.0.0.1:")), "")
        with urllib.request.urlopen(address) as response:
            assert "kerae explore: AE, latent_dim=2" in response.read().decode()
        process.send_signal(signal.SIGINT)
        printed, complaints = process.communicate(timeout=30)
    assert process.returncode == 0 and printed.strip() == "Stopped.", complaints
    assert "Traceback" not in complaints


def test_a_port_in_use_and_unknown_data_are_told(model):
    with listening("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        with started(model, "--data", "digits", "--no-browser", "--port", port) as process:
            _, complaints = process.communicate(timeout=60)
    assert process.returncode == 1 and "Traceback" not in complaints
    assert f"free port. Received: 127.0.0.1:{port}" in complaints
    with started(model) as process:
        _, complaints = process.communicate(timeout=60)
    assert process.returncode == 2 and "Pass --data." in complaints
