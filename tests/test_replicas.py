import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest


@pytest.mark.once
@pytest.mark.parametrize(
    ("model", "terms"),
    [
        ("VAE", {"kl"}),
        ("SparseAE", {"sparsity"}),
        ("RAE", {"code_norm"}),
        ("DIPVAE", {"kl", "moments"}),
        ("AAE", {"adversarial", "critic"}),
        ("clusters", {"clustering"}),
    ],
)
def test_two_replicas_train_and_log_like_one(model, terms):
    command = [sys.executable, Path(__file__).with_name("replicas.py"), model]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    one, two = json.loads(result.stdout.splitlines()[-1])
    assert one["step"] == two["step"] == 6
    for a, b in zip(one["weights"], two["weights"], strict=True):
        np.testing.assert_allclose(b, a, rtol=1e-4, atol=1e-6)
    assert one["logs"].keys() == {"loss", "reconstruction"} | terms
    for name in one["logs"]:
        np.testing.assert_allclose(two["logs"][name], one["logs"][name], rtol=1e-5)
        np.testing.assert_allclose(two["evaluated"][name], one["evaluated"][name], rtol=1e-5)
