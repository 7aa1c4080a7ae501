"""A dictionary trained on files by several devices is that of one."""

import json
import subprocess

import numpy as np
import pytest
import replicated_activations as script
from python_program import BACKEND, python
from two_processes import STRATEGY, two_processes

HOW = {
    "tensorflow": ["mirrored 2"],
    "jax": ["data_parallel 2", "model_parallel 2", "model_parallel 4"],
    "torch": ["processes"],
}[BACKEND]
pytestmark = pytest.mark.slow


def _printed(how, folder):
    if how == "processes":
        both = two_processes([*python(), script.__file__, STRATEGY, 0, folder])
        (printed, told), _ = [each.communicate(timeout=300) for each in both]
        assert both[0].returncode == both[1].returncode == 0, told
    else:
        command = [*python(), script.__file__, *how.split(), str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
        assert done.returncode == 0, done.stderr
        printed = done.stdout
    return json.loads(printed.splitlines()[-1])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Of which the last batch is smaller than the others."""
    folder = tmp_path_factory.mktemp("activations")
    x = np.random.default_rng(0).normal(size=(211, script.FEATURES)).astype("float32")
    np.save(folder / "x.npy", x)
    return folder


@pytest.fixture(scope="module")
def of_one(folder):
    return _printed("none 0", folder)


@pytest.mark.parametrize("how", HOW)
def test_many_devices_are_as_one(how, folder, of_one):
    of_many = _printed(how, folder)
    np.testing.assert_allclose(of_many["loss"], of_one["loss"], rtol=1e-5)
    np.testing.assert_allclose(of_many["evaluated"], of_one["evaluated"], rtol=1e-5)
    for weights, expected in zip(of_many["weights"], of_one["weights"], strict=True):
        np.testing.assert_allclose(weights, expected, rtol=1e-4, atol=1e-6)
