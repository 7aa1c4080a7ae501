import json
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import keras
import numpy as np
import pytest

pytestmark = pytest.mark.skipif(
    keras.backend.backend() == "jax", reason="Keras spreads batches over the devices of JAX"
)
TORCHRUN = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2")
TWO = {"tensorflow": ((), "devices"), "torch": (TORCHRUN, "processes")}


@pytest.fixture(scope="module")
def trained():
    """What tests/replicas.py prints, on one replica and on two."""
    with ThreadPoolExecutor() as both:
        return list(both.map(_trained, [((), "one"), TWO[keras.backend.backend()]]))


def _trained(how):
    launcher, replicas = how
    command = [sys.executable, *launcher, Path(__file__).with_name("replicas.py"), replicas]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout.splitlines()[-1])


@pytest.mark.parametrize(
    ("model", "terms"),
    [
        ("VAE", {"kl"}),
        ("SparseAE", {"sparsity"}),
        ("RAE", {"code_norm"}),
        ("DIPVAE", {"kl", "moments"}),
        ("AAE", {"adversarial", "critic"}),
        ("clusters", {"clustering"}),
        ("WAE", {"mmd"}),
        ("BetaTCVAE", {"mutual_information", "total_correlation", "dimension_wise_kl"}),
        ("DenoisingAE", set()),
    ],
)
def test_two_replicas_train_and_log_like_one(trained, model, terms):
    one, two = (each[model] for each in trained)
    assert one["step"] == two["step"] == 9
    for a, b in zip(one["weights"], two["weights"], strict=True):
        np.testing.assert_allclose(b, a, rtol=1e-4, atol=1e-6)
    assert one["logs"].keys() == {"loss", "reconstruction"} | terms
    for name in one["logs"]:
        np.testing.assert_allclose(two["logs"][name], one["logs"][name], rtol=1e-5)
        np.testing.assert_allclose(two["evaluated"][name], one["evaluated"][name], rtol=1e-5)


def test_a_loss_that_one_replica_lost_is_noticed_on_all(trained):
    one, two = (each["losing"] for each in trained)
    assert re.search("in epoch 1 at training step [123], by the term 'lost'", one)
    assert two == one
