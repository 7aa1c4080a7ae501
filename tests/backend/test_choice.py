"""What `import kerae` does where backends are missing; each case in a fresh process."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.once

BLOCK = """
import importlib.util, sys
find = importlib.util.find_spec
hidden = set({hidden!r})
importlib.util.find_spec = lambda name, *rest: None if name in hidden else find(name, *rest)
import kerae, os
print(os.environ.get("KERAS_BACKEND"), "keras" in sys.modules)
"""


def run(hidden, tmp_path, **environment):
    clean = {k: v for k, v in os.environ.items() if k != "KERAS_BACKEND"}
    return subprocess.run(
        [sys.executable, "-c", BLOCK.format(hidden=hidden)],
        env=clean | {"KERAS_HOME": str(tmp_path)} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_without_a_backend_one_line_says_what_to_install(tmp_path):
    result = run(["tensorflow", "jax", "torch"], tmp_path)
    assert result.returncode == 1
    last = result.stderr.strip().splitlines()[-1]
    assert last.startswith(
        "ImportError: kerae needs a backend: run `pip install kerae[tensorflow]`"
    )


def test_an_installed_backend_is_taken(tmp_path):
    assert run(["tensorflow", "jax"], tmp_path).stdout.split() == ["torch", "False"]
    assert run([], tmp_path).stdout.split() == ["None", "False"]


def test_the_users_choice_is_never_overridden(tmp_path):
    result = run(["jax"], tmp_path, KERAS_BACKEND="jax")
    assert "KERAS_BACKEND=jax, but jax is not installed" in result.stderr
    (tmp_path / "keras.json").write_text('{"backend": "jax"}')
    assert run(["tensorflow"], tmp_path).stdout.split() == ["None", "False"]


def test_an_unknown_backend_is_refused(tmp_path):
    result = run([], tmp_path, KERAS_BACKEND="theano")
    assert "runs on the Keras backends tensorflow, jax, torch. Received: theano" in result.stderr


def test_the_command_line_helps_where_there_is_no_backend(tmp_path):
    command = Path(sys.executable).with_name("kerae")
    hide = "import importlib.util as u; u.find_spec = lambda name, *rest: None"
    (tmp_path / "sitecustomize.py").write_text(hide)
    clean = {k: v for k, v in os.environ.items() if k != "KERAS_BACKEND"}
    clean |= {"PYTHONPATH": str(tmp_path), "KERAS_HOME": str(tmp_path), "COLUMNS": "200"}
    for arguments, code in ((["--help"], 0), (["doctor"], 1), (["models"], 1)):
        result = subprocess.run(
            [command, *arguments], env=clean, capture_output=True, text=True, check=False
        )
        assert result.returncode == code, result.stderr
        assert "Traceback" not in result.stderr
        assert ("kerae[jax]" in result.stderr) is bool(code)
