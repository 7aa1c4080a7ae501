"""The same weights and data give the same numbers on TensorFlow, JAX and PyTorch."""

import os
import subprocess
from importlib.util import find_spec

import numpy as np
import on_one_backend
import pytest
from on_one_backend import BACKENDS, MODELS, OPTIMIZERS
from python_program import python

pytestmark = [pytest.mark.once, pytest.mark.slow]

NIGHTLY = {"ae", "tied", "denoising"}
CASES = [
    pytest.param(name, marks=pytest.mark.nightly if name in NIGHTLY else ()) for name in MODELS
]

every_model = pytest.mark.parametrize("name", CASES)
every_pair = pytest.mark.parametrize(
    ("backend", "other"),
    [("tensorflow", "jax"), ("tensorflow", "torch"), ("jax", "torch")],
    ids=lambda backend: backend,
)


def start(backend, folder, names):
    return subprocess.Popen(
        [*python(backend), on_one_backend.__file__, str(folder), *names],
        env=os.environ | {"KERAS_BACKEND": backend},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory, request):
    """One process for each backend: all write their models, then all read those of the others."""
    missing = [backend for backend in BACKENDS if find_spec(backend) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")
    folder = tmp_path_factory.mktemp("backends")
    items = (item for item in request.session.items if item.path == request.path)
    names = sorted({item.callspec.params["name"] for item in items})
    processes = [start(backend, folder, names) for backend in BACKENDS]
    try:
        for process in processes:
            assert process.stdout.readline() == "saved\n", process.communicate()[1][-3000:]
        for process in processes:
            _, errors = process.communicate("read\n", timeout=120)
            assert process.returncode == 0, errors[-3000:]
    finally:
        for process in processes:
            process.kill()
            process.communicate()
    return folder


def read(path):
    with np.load(path) as arrays:
        return dict(arrays)


def distance(one, other):
    """The norm of the difference relative to the norm."""
    return np.linalg.norm(one - other) / np.linalg.norm(one)


@every_pair
@every_model
def test_loss_gradients_codes_and_answers_agree(folder, name, backend, other):
    ours, theirs = (read(folder / f"{each}-{name}.npz") for each in (backend, other))
    assert sorted(ours) == sorted(theirs)
    assert sum(key.startswith("gradient") for key in ours) >= 6
    for key in ours:
        tolerance = 1e-4 if key in ("sample", "log_likelihood") else 1e-5
        assert np.linalg.norm(ours[key]) > 0, key
        assert distance(ours[key], theirs[key]) < tolerance, key


@every_pair
@every_model
def test_a_file_gives_the_same_model_and_optimizer_on_another_backend(folder, name, backend, other):
    for reader, writer in ((backend, other), (other, backend)):
        expected = read(folder / f"trained-{writer}-{name}.npz")
        received = read(folder / f"{writer}-{name}-read-{reader}.npz")
        assert distance(expected["predict"], received["predict"]) < 1e-5
        assert sorted(expected) == sorted(received)
        assert len(expected) >= 3 or name not in OPTIMIZERS
        for key, values in expected.items():
            if key != "predict":
                np.testing.assert_array_equal(received[key], values)


@every_pair
@pytest.mark.parametrize("name", [each for each in CASES if each.values[0] in OPTIMIZERS])
def test_a_model_saved_on_one_backend_goes_on_training_on_another(folder, name, backend, other):
    for reader, writer in ((backend, other), (other, backend)):
        (loss,) = read(folder / f"{reader}.npz")[f"{writer}-{name} loss"]
        assert np.isfinite(loss)


@every_pair
@every_model
def test_a_loaded_model_is_compiled_as_on_its_own_backend(folder, name, backend, other):
    for reader, writer in ((backend, other), (other, backend)):
        loaded = read(folder / f"{reader}.npz")
        key = "is jit compiled"
        assert loaded[f"{writer}-{name} {key}"] == loaded[f"{reader}-{name} {key}"]
