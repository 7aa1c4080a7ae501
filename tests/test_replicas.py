import json
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import keras
import numpy as np
import pytest
from two_processes import STRATEGY, two_processes

BACKEND = keras.backend.backend()
SCRIPT = Path(__file__).with_name("replicas.py")
TERMS = {
    "VAE": {"kl"},
    "SparseAE": {"sparsity"},
    "BetaTCVAE": {"mutual_information", "total_correlation", "dimension_wise_kl"},
    "FactorVAE": {"kl", "total_correlation", "critic"},
    "RAE": {"code_norm"},
    "DIPVAE": {"kl", "moments"},
    "AAE": {"adversarial", "critic"},
    "clusters": {"clustering"},
    "WAE": {"mmd"},
    "DenoisingAE": set(),
    "unused": {"unused"},
}
ALL = (*TERMS, "losing")
# On JAX a batch is that of all devices, whatever the model computes of it.
HOW = {
    "tensorflow": {"mirrored 2": ALL, "mirrored 4": ("VAE",), "processes": ("VAE",)},
    "jax": {
        "data_parallel 2": ("VAE", "SparseAE"),
        "data_parallel 4": ("VAE",),
        "processes": ("VAE",),
        "model_parallel 4": ("SparseAE",),
    },
    "torch": {"processes": ALL},
}[BACKEND]
NEEDED = tuple(dict.fromkeys(model for models in HOW.values() for model in models))


def _printed(how):
    models = HOW.get(how, NEEDED)
    if how == "processes":
        command = [sys.executable, SCRIPT, STRATEGY, 0, *models]
        both = two_processes(command)
        (printed, told), (nothing, _) = [each.communicate(timeout=300) for each in both]
        assert both[0].returncode == both[1].returncode == 0, told
        # Of what Python prints; the runtime's own lines come from elsewhere.
        assert "logs" not in nothing
    else:
        command = [sys.executable, SCRIPT, *how.split(), *models]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stderr
        printed = result.stdout
    replicas, trained = printed.splitlines()[-2:]
    return int(replicas), json.loads(trained)


@pytest.fixture(scope="module")
def trained():
    """What tests/replicas.py prints, on one device and on many."""
    ways = ("none 0", *HOW)
    with ThreadPoolExecutor(2) as at_once:
        return dict(zip(ways, at_once.map(_printed, ways)))


CASES = [(how, model) for how, models in HOW.items() for model in models if model != "losing"]


@pytest.mark.parametrize(("how", "model"), CASES)
def test_many_replicas_train_and_log_like_one(trained, how, model):
    replicas, results = trained[how]
    assert replicas == {"model_parallel 4": 1, "mirrored 4": 4, "data_parallel 4": 4}.get(how, 2)
    one, many = trained["none 0"][1][model], results[model]
    assert one["step"] == many["step"] == 9
    for a, b in zip(one["weights"], many["weights"], strict=True):
        np.testing.assert_allclose(b, a, rtol=1e-5, atol=1e-6)
    terms = {"loss", "reconstruction"} | TERMS[model]
    assert one["logs"].keys() == terms | {f"val_{term}" for term in terms}
    for name, values in one["logs"].items():
        np.testing.assert_allclose(many["logs"][name], values, rtol=1e-5, atol=1e-6)
    for name, value in one["evaluated"].items():
        np.testing.assert_allclose(many["evaluated"][name], value, rtol=1e-5, atol=1e-6)
    for answer in ("encoded", "reconstructed"):
        np.testing.assert_allclose(many[answer], one[answer], rtol=1e-5, atol=1e-5)


@pytest.mark.skipif("losing" not in next(iter(HOW.values())), reason="JAX has one loss for all")
def test_a_loss_that_one_replica_lost_is_noticed_on_all(trained):
    one, many = (trained[how][1]["losing"] for how in ("none 0", next(iter(HOW))))
    assert re.search("in epoch 1 at training step [123], by the term 'lost'", one)
    assert many == one
