"""Which backend trains a model the fastest, and that `kerae train` takes it."""

import json
import os
import sys

import pytest
from command_line import kerae_command

from kerae.backend.choice import BACKENDS
from kerae.cli import speed, train
from kerae.cli.options import use_backend

pytestmark = pytest.mark.once

ANSWERS = """
import os, sys
speeds = {"tensorflow": [3.0, 1.0], "jax": [2.0, 4.0], "torch": []}[os.environ["KERAS_BACKEND"]]
print(0, flush=True)
for line, each in zip(sys.stdin, speeds):
    print(each, flush=True)
if not speeds:
    raise SystemExit("one line\\nno torch today")
"""


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def stand_ins(monkeypatch):
    monkeypatch.setattr(speed, "COMMAND", (sys.executable, "-c", ANSWERS))
    monkeypatch.setattr(speed, "find_spec", lambda name: name)


def test_the_better_of_two_turns_counts_and_what_fails_is_told(stand_ins):
    assert speed.fastest("VAE") is None
    assert speed.measure("VAE") == {"tensorflow": 3.0, "jax": 4.0, "torch": "no torch today"}
    assert speed.fastest("vae") == "jax" and speed.fastest("AE") is None


def test_what_was_measured_with_other_packages_is_forgotten(stand_ins, cache, monkeypatch):
    speed.measure("vae")
    speed.measure("ae")
    assert set(json.loads((cache / "speed.json").read_text())["speeds"]) == {"vae", "ae"}
    monkeypatch.setattr(speed, "installed_version", lambda package: "of tomorrow")
    assert speed.fastest("vae") is None
    speed.measure("ae")
    assert set(json.loads((cache / "speed.json").read_text())["speeds"]) == {"ae"}


def test_a_file_that_is_none_is_as_none(cache):
    cache.mkdir()
    (cache / "speed.json").write_text("{")
    assert speed.fastest("vae") is None


def test_speeds_are_told_where_they_cannot_be_kept(stand_ins, cache):
    cache.write_text("in the way of the folder")
    with pytest.warns(UserWarning, match="The speeds are not kept"):
        assert speed.measure("vae")["jax"] == 4


def test_a_model_that_no_command_trains_is_refused():
    with pytest.raises(ValueError, match=r"Expected one of aae, ae, .*Received: multimodalvae"):
        speed.measure("multimodalvae")
    with pytest.raises(ValueError, match="Received: vaes"):
        speed.measure("vaes")


@pytest.mark.parametrize(
    ("asked_for", "resume", "expected"),
    [(None, False, "torch"), (None, True, "of before"), ("jax", False, "of before")],
)
def test_train_takes_it_where_no_backend_is_named(asked_for, resume, expected, monkeypatch, capsys):
    monkeypatch.setenv("KERAS_BACKEND", "of before")
    monkeypatch.setattr(train, "fastest", {"VAE": "torch"}.get)
    monkeypatch.setattr(train, "import_keras", _stop)
    with pytest.raises(StopIteration):
        train._run("VAE", "digits", backend=asked_for, resume=resume)
    assert os.environ["KERAS_BACKEND"] == expected
    assert ("On torch, the fastest for VAE" in capsys.readouterr().out) == (expected == "torch")


def test_the_environment_names_a_backend_as_the_option_does(monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    assert use_backend(None) == "torch"
    assert use_backend("jax") == "jax" == os.environ["KERAS_BACKEND"]
    monkeypatch.delenv("KERAS_BACKEND")
    assert use_backend(None) is None


def _stop():
    raise StopIteration


@pytest.mark.nightly
@pytest.mark.parametrize("model", ["vae", "cvae", "sae"])
def test_each_backend_has_a_speed(model, cache):
    result = kerae_command("doctor", "--speed", "--model", model)
    assert result.returncode == 0, result.stderr
    speeds = json.loads((cache / "speed.json").read_text())["speeds"][model]
    assert set(speeds) == set(BACKENDS) and min(speeds.values()) > 0
    assert f"kerae train {model} takes {max(speeds, key=speeds.get)}" in result.stdout
