"""The examples of new variants in CONTRIBUTING.md are short and work as they stand."""

import re
from pathlib import Path

import keras
import numpy as np
import pytest

import kerae

GUIDE = Path(__file__).resolve().parents[1] / "CONTRIBUTING.md"
LINES_AT_MOST = 20  # a class


@pytest.fixture(scope="module")
def names():
    """What the code of the guide defines."""
    blocks = re.findall(r"```python\n(.*?)```", GUIDE.read_text(), flags=re.DOTALL)
    lengths = [len([line for line in block.splitlines() if line]) for block in blocks]
    assert 10 < min(lengths) and max(lengths) <= LINES_AT_MOST
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


@pytest.mark.mainly("torch")
def test_the_flow_is_inverted_and_tells_how_much_it_stretches(names):
    flow = names["Leaky"](3)
    kerae.testing.check_part(flow)
    flow.s.assign([0.5, -1.0, 2.0])
    z = np.array([[1.0, -2.0, -0.5], [-1.0, 3.0, -4.0]], "float32")
    y, log_det = flow.forward(keras.ops.convert_to_tensor(z))
    back, of_inverse = flow.inverse(y)
    slopes = np.where(z > 0, 1.0, np.exp([0.5, -1.0, 2.0]))
    to_numpy = keras.ops.convert_to_numpy
    np.testing.assert_allclose(to_numpy(keras.ops.stop_gradient(y)), slopes * z, rtol=1e-6)
    np.testing.assert_allclose(to_numpy(log_det), np.log(slopes.prod(axis=1)), rtol=1e-6)
    np.testing.assert_allclose(to_numpy(back), z, rtol=1e-6)
    np.testing.assert_allclose(to_numpy(of_inverse), -to_numpy(log_det), rtol=1e-6)
    assert kerae.VAE((4,), 3, prior=kerae.priors.Flow(flow)).sample(2).shape == (2, 4)


@pytest.mark.slow
@pytest.mark.mainly("torch")
@pytest.mark.parametrize("alpha", [0.0, 0.5, 0.999])
def test_the_bound_is_the_power_mean_of_the_weights(names, alpha):
    term = names["RenyiBound"](alpha)
    kerae.testing.check_part(term)
    latent = kerae.latents.Normal(2, num_samples=5)
    model = kerae.VAE((4,), 2, latent=latent, terms=[term])
    x = np.random.default_rng(0).random((3, 4), dtype="float32")
    outputs = model.propagate(keras.ops.convert_to_tensor(x))
    to_numpy = keras.ops.convert_to_numpy
    weights = np.exp(to_numpy(model.log_weights(outputs)).astype("float64"))
    mean = (weights ** (1 - alpha)).mean(axis=1) ** (1 / (1 - alpha))
    found = to_numpy(term.value(model, outputs))
    np.testing.assert_allclose(found, -np.log(mean), rtol=1e-3)
    if alpha == 0.999:  # next to the ELBO
        np.testing.assert_allclose(found, -np.log(weights).mean(axis=1), rtol=1e-2)
    assert set(model.score(x, num_samples=2)) >= {"negative_renyi_bound"}
