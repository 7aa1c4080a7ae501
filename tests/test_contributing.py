"""The example of a new variant in CONTRIBUTING.md is short and works as it stands."""

import re
from pathlib import Path

import keras
import numpy as np
import pytest

import kerae

GUIDE = Path(__file__).resolve().parents[1] / "CONTRIBUTING.md"
LINES_AT_MOST = 40


@pytest.fixture(scope="module")
def names():
    """What the code of the guide defines."""
    blocks = re.findall(r"```python\n(.*?)```", GUIDE.read_text(), flags=re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines() if line]
    assert 20 < len(lines) <= LINES_AT_MOST
    names = {"__name__": "guide"}
    for block in blocks:
        exec(compile(block, str(GUIDE), "exec"), names)
    return names


def test_the_example_computes_what_it_says(names, digits):
    model = names["DecorrelatedAE"](digits.input_shape, latent_dim=3, weight=2.0)
    model.compile()
    x = digits.x_train[:100]
    logs = model.evaluate(x, batch_size=100, verbose=0, return_dict=True)
    covariance = np.cov(model.encode(x), rowvar=False, bias=True)
    expected = np.square(covariance[np.triu_indices(3, k=1)]).sum()
    assert logs["decorrelation"] == pytest.approx(expected, rel=1e-4)
    assert logs["loss"] == pytest.approx(logs["reconstruction"] + 2 * expected, rel=1e-4)


@pytest.mark.once
def test_the_example_does_what_it_is_for(names, digits):
    correlations = []
    for weight in (0.0, 100.0):
        kerae.set_random_seed(0)
        model = names["DecorrelatedAE"](digits.input_shape, latent_dim=4, weight=weight)
        model.compile(keras.optimizers.Adam(3e-3))
        model.fit(digits.x_train, batch_size=128, epochs=30, verbose=0)
        matrix = np.corrcoef(model.encode(digits.x_test), rowvar=False)
        correlations.append(np.abs(matrix[np.triu_indices(4, k=1)]).mean())
    assert correlations[1] < correlations[0] / 2


def test_the_example_is_saved_and_loaded(names, digits, tmp_path):
    model = names["DecorrelatedAE"](digits.input_shape, latent_dim=3, weight=2.0)
    model.save(tmp_path / "model.keras")
    loaded = kerae.load(tmp_path / "model.keras")
    assert type(loaded) is names["DecorrelatedAE"] and loaded.weight == 2.0
    x = digits.x_test[:5]
    np.testing.assert_allclose(loaded.encode(x), model.encode(x), rtol=1e-6)
