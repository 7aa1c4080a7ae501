"""The walk of docs/serving.md, from a trained run to an answer, typed as it stands."""

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest
from command_line import KERAE
from python_program import python

import kerae

pytestmark = [pytest.mark.once, pytest.mark.nightly]
ENVIRONMENT = os.environ | {"KERAS_BACKEND": "tensorflow", "COLUMNS": "100"}
WALK = Path(__file__).resolve().parents[1] / "docs" / "serving.md"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """What `make demo` leaves: an environment, and a run."""
    folder = tmp_path_factory.mktemp("walk")
    (folder / ".venv/bin").mkdir(parents=True)
    for name, command in {
        "python": python("tensorflow"),
        "kerae": (*python("tensorflow"), KERAE),
    }.items():
        program = folder / ".venv/bin" / name
        program.write_text(f'#!/bin/sh\nexec {shlex.join(command)} "$@"\n')
        program.chmod(0o755)
    train = "train vae --data digits --latent-dim 2 --epochs 2 --out saved_models/vae_digits"
    shell(folder, f".venv/bin/kerae {train}")
    return folder


def shell(folder, commands):
    result = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", commands],
        cwd=folder,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", WALK.read_text(), flags=re.DOTALL)


@pytest.fixture(scope="module")
def served(folder):
    """The folder, while it is served; skipped where another program has the port."""
    with socket.socket() as free:
        if free.connect_ex(("127.0.0.1", 8501)) == 0:
            pytest.skip("another program has port 8501")
    train_and_export, serve, *_ = blocks("sh")
    make, export = train_and_export.splitlines()
    assert make == "make demo"
    shell(folder, export)
    with subprocess.Popen(
        ["bash", "-c", f"exec {serve}"],
        cwd=folder,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert "vae_digits (1)" in process.stdout.readline()
        yield folder
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl")
def test_curl_gets_a_reconstruction(served):
    _, _, ask, ask_with_file, *_ = blocks("sh")
    decoder = json.JSONDecoder()
    found, text = [], shell(served, ask) + shell(served, ask_with_file)
    while text.strip():
        answer, end = decoder.raw_decode(text.strip())
        found.append(answer)
        text = text.strip()[end:]
    status, decoded, reconstructed, score = found
    assert status["model_version_status"][0]["state"] == "AVAILABLE"
    model = kerae.load(served / "saved_models" / "vae_digits" / "model.keras")
    x = kerae.data.load("digits").x_test[:1]
    z = np.zeros((1, 2), "float32")
    np.testing.assert_allclose(decoded["predictions"], model.decode(z), atol=1e-5)
    np.testing.assert_allclose(reconstructed["predictions"], model.reconstruct(x), atol=1e-5)
    # The file has 8 bits, the digits have 4.
    expected = np.square(x - model.reconstruct(x)).mean()
    (score,) = score["predictions"]
    np.testing.assert_allclose(score["reconstruction_error"], expected, rtol=0.05)


def test_python_gets_codes_and_a_second_version_is_found(served):
    (block,) = blocks("python")
    names = {}
    exec(compile(block, str(WALK), "exec"), names)
    model = kerae.load(served / "saved_models" / "vae_digits" / "model.keras")
    np.testing.assert_allclose(names["codes"], model.encode(names["x"]), atol=1e-5)
    scores = kerae.analysis.examine(model, names["x"])
    np.testing.assert_allclose(names["scores"]["negative_elbo"], scores.negative_elbo, rtol=1e-4)
    versions = served / "saved_models" / "vae_digits"
    shutil.copytree(versions / "1", versions / ".copy")
    (versions / ".copy").rename(versions / "2")
    deadline = time.monotonic() + 60
    while 2 not in names["client"].status("vae_digits"):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    names["client"].wait_until_ready("vae_digits")
