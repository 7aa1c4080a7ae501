import keras
import numpy as np
import pytest
from scipy import stats

import kerae
from kerae import analysis

pytestmark = pytest.mark.mainly("torch")
X = np.random.default_rng(0).random((37, 8, 8, 1), dtype="float32")


def test_a_vae_is_measured_as_evaluate_measures_it():
    model = kerae.VAE((8, 8, 1), 3)
    model.compile()
    examined = analysis.examine(model, X, batch_size=10)
    logs = model.evaluate(X, return_dict=True, verbose=0)
    assert examined.negative_elbo.mean() == pytest.approx(logs["loss"], rel=1e-5)
    assert examined.kl.sum(axis=1).mean() == pytest.approx(logs["kl"], rel=1e-5)
    assert examined.reconstruction.mean() == pytest.approx(logs["reconstruction"], rel=1e-5)
    squared = np.square(X - model.reconstruct(X)).reshape(len(X), -1)
    np.testing.assert_allclose(examined.error, squared.mean(axis=1), rtol=1e-5)
    np.testing.assert_allclose(examined.z, model.encode(X), rtol=1e-5, atol=1e-6)
    assert examined.x is X and len(examined) == 37


def test_codes_are_drawn_from_the_posterior():
    model = kerae.VAE((8, 8, 1), 200)
    examined = analysis.examine(model, X[:4])
    posterior = model.posterior(keras.ops.convert_to_tensor(X[:4]))
    mean, log_variance = (keras.ops.convert_to_numpy(part) for part in posterior.values())
    standardized = (examined.z_drawn - mean) / np.exp(0.5 * log_variance)
    assert stats.kstest(standardized.ravel(), "norm").pvalue > 0.01
    again = analysis.examine(model, X[:4], batch_size=2)
    np.testing.assert_allclose(examined.z_drawn, again.z_drawn, rtol=1e-5, atol=1e-6)


def test_codes_without_a_density_have_no_kl():
    examined = analysis.examine(kerae.AE((8, 8, 1), 3), X)
    assert examined.kl is None and examined.negative_elbo is None
    np.testing.assert_array_equal(examined.z_drawn, examined.z)


def test_preprocessed_examples_are_compared_with_what_the_model_sees():
    model = kerae.AE((8, 8, 1), 3, preprocessing=kerae.data.Binarize("threshold"))
    examined = analysis.examine(model, X)
    np.testing.assert_array_equal(examined.x, X > 0.5)
    squared = np.square((X > 0.5) - model.reconstruct(X)).reshape(len(X), -1)
    np.testing.assert_allclose(examined.error, squared.mean(axis=1), rtol=1e-5)


def test_a_conditional_model_needs_its_labels():
    model = kerae.CVAE((8, 8, 1), 3, num_classes=4)
    y = np.arange(37) % 4
    np.testing.assert_allclose(
        analysis.examine(model, X, y).z, model.encode(X, y), rtol=1e-5, atol=1e-6
    )
    with pytest.raises(ValueError, match="needs `y`"):
        analysis.examine(model, X)
