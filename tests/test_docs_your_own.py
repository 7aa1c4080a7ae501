"""The page on parts of one's own runs as it stands."""

import re
from pathlib import Path

import numpy as np
import pytest
from keras import ops
from scipy import special, stats

PAGE = Path(__file__).resolve().parents[1] / "docs" / "your_own.md"
pytestmark = [pytest.mark.slow, pytest.mark.mainly("torch")]


def test_every_block_runs_and_its_densities_are_densities():
    names = {"__name__": "your_own"}
    for block in re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL):
        exec(compile(block, str(PAGE), "exec"), names)
    counts = np.arange(30, dtype="float32")[:, None]
    log_prob = value(names["Poisson"]().log_prob(counts, np.full_like(counts, np.log(3.0))))
    np.testing.assert_allclose(log_prob, stats.poisson.logpmf(counts[:, 0], 3), rtol=1e-4)
    z = np.linspace(-3, 3, 7, dtype="float32")[:, None]
    log_prob = value(names["Laplace"]().log_prob(ops.convert_to_tensor(z)))
    np.testing.assert_allclose(log_prob, stats.laplace.logpdf(z[:, 0]), rtol=1e-5)
    posterior = {"location": np.float32([[0.5]]), "log_scale": np.float32([[0.3]])}
    posterior = {name: ops.convert_to_tensor(each) for name, each in posterior.items()}
    latent = names["LogisticPosterior"](1)
    log_prob = value(latent.log_prob(posterior, ops.convert_to_tensor(z[None])))
    expected = stats.logistic.logpdf(z[:, 0], 0.5, np.exp(0.3))
    np.testing.assert_allclose(log_prob[0], expected, rtol=1e-4)
    x = np.float32([1.0, 4.5, 20.0])
    log_gamma = value(names["log_gamma"](ops.convert_to_tensor(x)))
    np.testing.assert_allclose(log_gamma, special.gammaln(x), atol=1e-4)


def value(tensor):
    return ops.convert_to_numpy(tensor)
