import keras
import numpy as np
import pytest
from keras import ops

from kerae.latents import Deterministic

FEATURES = np.random.default_rng(0).normal(size=(5, 4)).astype("float32")


def code(latent, features=FEATURES):
    return np.asarray(ops.convert_to_numpy(latent(features)["z"]))


def test_the_code_is_linear_in_the_features_by_default():
    latent = Deterministic(3)
    np.testing.assert_allclose(code(latent, -3 * FEATURES), -3 * code(latent), rtol=1e-5)
    assert code(latent).min() < 0


def test_the_activation_is_applied_to_the_linear_code():
    latent = Deterministic(3, activation="sigmoid")
    found = code(latent)
    kernel, bias = latent.head.get_weights()
    np.testing.assert_allclose(found, 1 / (1 + np.exp(-(FEATURES @ kernel + bias))), rtol=1e-5)


def test_the_one_sample_and_the_mode_are_the_code_itself():
    latent = Deterministic(3)
    posterior = latent(FEATURES)
    drawn = ops.convert_to_numpy(latent.sample(posterior, noise=None, num_samples=7))
    np.testing.assert_array_equal(drawn[:, 0], code(latent))
    assert drawn.shape == (5, 1, 3)
    np.testing.assert_array_equal(ops.convert_to_numpy(latent.mode(posterior)), code(latent))


def test_it_has_neither_a_density_nor_a_kl():
    latent = Deterministic(3)
    with pytest.raises(ValueError, match=r"Deterministic codes have no density.*latents.Normal"):
        latent.kl_divergence({"posterior": latent(FEATURES), "z": None})


def test_refuses_features_that_are_no_vectors():
    with pytest.raises(ValueError, match=r"Received: \('batch', 4, 4, 8\).*keras.layers.Flatten"):
        Deterministic(2)(keras.Input((4, 4, 8)))
