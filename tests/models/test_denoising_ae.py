import keras
import numpy as np
import pytest
from scipy import special, stats

import kerae
from kerae.corruptions import Gaussian, Masking, SaltAndPepper

pytestmark = pytest.mark.mainly("torch", "jax")
X = np.random.default_rng(0).random((7, 5), dtype="float32")


def linear_ae(**arguments):
    """A denoising autoencoder of linear networks, with biases that are not 0."""
    networks = {"encoder": keras.layers.Flatten(), "decoder": keras.layers.Dense(5)}
    model = kerae.DenoisingAE((5,), 2, **networks | arguments)
    for variable in model.trainable_variables:
        variable.assign(np.random.default_rng(1).normal(size=variable.shape))
    model.compile(keras.optimizers.SGD(0.0))
    return model


def logits(model, x):
    kernel, bias = model.latent.head.get_weights()
    decoder_kernel, decoder_bias = model.decoder.get_weights()
    return (x @ kernel + bias) @ decoder_kernel + decoder_bias


def test_it_is_trained_to_give_what_is_clean_from_what_is_spoilt():
    model = linear_ae(likelihood="normal", corruption=Masking(1.0))
    error = lambda seen: -stats.norm.logpdf(X, logits(model, seen)).sum(axis=1).mean()  # noqa: E731
    trained = model.fit(X, batch_size=len(X), verbose=0).history["loss"][0]
    assert trained == pytest.approx(error(np.zeros_like(X)), rel=1e-5)
    assert model.evaluate(X, verbose=0)[0] == pytest.approx(error(X), rel=1e-5)


def test_encode_and_reconstruct_spoil_nothing():
    model = linear_ae(corruption=Masking(1.0))
    np.testing.assert_allclose(model.reconstruct(X), special.expit(logits(model, X)), rtol=1e-5)
    kernel, bias = model.latent.head.get_weights()
    np.testing.assert_allclose(model.encode(X), X @ kernel + bias, rtol=1e-5)


def test_denoise_reconstructs_images_as_they_are_even_outside_of_the_likelihoods_interval():
    model = linear_ae(corruption=Masking(1.0))
    noisy = (X + np.random.default_rng(2).normal(size=X.shape)).astype("float32")
    assert noisy.min() < 0 and noisy.max() > 1
    expected = special.expit(logits(model, noisy))
    np.testing.assert_allclose(model.denoise(noisy), expected, rtol=1e-5)
    np.testing.assert_allclose(model.denoise(noisy, batch_size=3), expected, rtol=1e-5)
    with pytest.raises(ValueError, match=r"Bernoulli takes values in \[0, 1\]"):
        model.reconstruct(noisy)


@pytest.mark.parametrize(
    ("noisy", "message"),
    [
        (np.zeros((2, 6), "float32"), r"Expected `x` of shape \('n', 5\)"),
        (np.full((2, 5), np.nan, "float32"), "NaN or infinity in 2 of 2"),
        (np.zeros((2, 5), "int32"), "Expected `x` to hold floats"),
    ],
    ids=["shape", "NaN", "integers"],
)
def test_denoise_refuses_what_no_network_takes(noisy, message):
    with pytest.raises(ValueError, match=message):
        linear_ae().denoise(noisy)


def test_corrupt_and_training_refuse_targets_that_the_likelihood_refuses():
    model = linear_ae()
    for refusing in (model.corrupt, lambda x: model.fit(x, verbose=0)):
        with pytest.raises(ValueError, match=r"Bernoulli takes values in \[0, 1\]"):
            refusing(X + 1)


def wide(corruption, **arguments):
    return kerae.DenoisingAE((20, 20, 1), 2, corruption=corruption, **arguments)


IMAGES = np.random.default_rng(3).uniform(0.1, 0.9, (6, 20, 20, 1)).astype("float32")
SHARE = 3 * np.sqrt(0.25 / IMAGES.size)  # three standard errors at most, of a share


@pytest.mark.parametrize("corruption", [Gaussian(0.5), Masking(0.3), SaltAndPepper(0.3)])
def test_corrupt_gives_the_same_noise_for_the_same_example_and_seed(corruption):
    model = wide(corruption)
    noisy = model.corrupt(IMAGES)
    assert type(noisy) is np.ndarray and noisy.shape == IMAGES.shape
    np.testing.assert_array_equal(model.corrupt(IMAGES, seed=0), noisy)
    np.testing.assert_array_equal(model.corrupt(IMAGES[::-1], batch_size=4)[::-1], noisy)
    assert (model.corrupt(IMAGES, seed=1) != noisy).any(axis=(1, 2, 3)).all()
    nearly_the_same = np.full_like(IMAGES[:2], 0.5)
    nearly_the_same[1, 0, 0] = 0.51
    one, other = model.corrupt(nearly_the_same)[:, 1:]
    assert (one != other).mean() > 0.2


def test_the_noise_of_corrupt_is_that_of_the_corruption():
    noise = wide(Gaussian(0.5)).corrupt(IMAGES) - IMAGES
    assert abs(noise.mean()) < 3 * 0.5 / np.sqrt(noise.size)
    assert abs(noise.std() - 0.5) < 3 * 0.5 / np.sqrt(2 * noise.size)
    noisy = wide(SaltAndPepper(0.4)).corrupt(IMAGES)
    for extreme in (0, 1):
        assert abs((noisy == extreme).mean() - 0.2) < SHARE


def test_the_draws_of_preprocessing_and_corruption_have_nothing_to_do_with_each_other():
    model = wide(Masking(0.5), preprocessing=kerae.data.Binarize("fixed"))
    binary = model.targets_in_batches(IMAGES)
    noisy = model.corrupt(IMAGES)
    assert set(np.unique(noisy)) == {0.0, 1.0} and (noisy <= binary).all()
    assert abs(noisy[binary == 1].mean() - 0.5) < SHARE * np.sqrt(2)


def test_denoise_takes_what_has_been_preprocessed():
    model = linear_ae(preprocessing=kerae.data.Binarize("threshold"))
    np.testing.assert_allclose(model.denoise(X), special.expit(logits(model, X)), rtol=1e-5)


def test_a_name_or_a_corruption_is_taken_and_another_layer_refused():
    assert type(linear_ae().corruption) is Gaussian
    assert type(linear_ae(corruption="masking").corruption) is Masking
    with pytest.raises(ValueError, match="`corruption`.*Corruption.*GaussianNoise"):
        linear_ae(corruption=keras.layers.GaussianNoise(0.3))


@pytest.mark.once
def test_it_learns_to_denoise(digits):
    x = digits.x_train[:512]
    model = kerae.DenoisingAE((8, 8, 1), 32, corruption=Gaussian(0.5))
    model.compile(keras.optimizers.Adam(0.005))
    model.fit(x, epochs=20, batch_size=64, verbose=0)
    clean = digits.x_test[:200]
    noisy = model.corrupt(clean)
    before, after = (np.square(each - clean).mean() for each in (noisy, model.denoise(noisy)))
    assert before == pytest.approx(0.25, rel=0.05)
    assert after < before / 4
