import keras
import numpy as np
import pytest
from keras import ops
from quantized import small_vqvae

import kerae
from kerae.latents import FiniteScalar, VectorQuantizer

RANDOM = np.random.default_rng(0)
X = RANDOM.random((10, 8, 8, 1), dtype="float32")


@pytest.fixture(scope="module")
def trained():
    model = small_vqvae()
    model.compile()
    model.fit(X, batch_size=5, epochs=2, verbose=0)
    return model


def test_codes_have_numbers_that_decode_to_the_reconstruction(trained, tmp_path):
    indices = trained.encode_indices(X, batch_size=4)
    assert indices.shape == (10, 2, 2) and indices.dtype == "int32"
    codebook = ops.convert_to_numpy(trained.latent.codebook)
    np.testing.assert_array_equal(trained.encode(X), codebook[indices])
    decoded = trained.decode_indices(indices.astype("int64"))
    np.testing.assert_allclose(decoded, trained.reconstruct(X), rtol=1e-5, atol=1e-6)
    trained.save(tmp_path / "model.keras")
    loaded = kerae.load(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded.encode_indices(X), indices)


@pytest.mark.once
@pytest.mark.parametrize(
    ("indices", "message"),
    [
        (np.zeros((3, 2), int), r"`indices` of shape \('n', 2, 2\)"),
        (np.zeros((3, 2, 2)), "`indices` to hold int32"),
        (np.full((3, 2, 2), 7), "from 0 to 6.*from 7 to 7"),
        (np.full((3, 2, 2), -1), "from 0 to 6.*from -1 to -1"),
    ],
    ids=["shape", "floats", "large", "negative"],
)
def test_refuses_what_are_no_numbers_of_codes(trained, indices, message):
    with pytest.raises(ValueError, match=message):
        trained.decode_indices(indices)


@pytest.mark.parametrize(
    "quantizer", [None, FiniteScalar((3, 2, 2))], ids=["vector", "finite_scalar"]
)
def test_the_bound_counts_the_codes(quantizer):
    model = small_vqvae() if quantizer is None else small_vqvae(quantizer=quantizer)
    binary = np.round(X)
    scores = model.score(binary, num_samples=2)
    p = model.reconstruct(binary)
    log_p = np.log(np.where(binary == 1, p, 1 - p)).sum(axis=(1, 2, 3))
    bound = log_p - 4 * np.log(7 if quantizer is None else 12)
    np.testing.assert_allclose(scores["reconstruction"], -log_p, rtol=1e-4)
    np.testing.assert_allclose(scores["negative_elbo"], -bound, rtol=1e-4)
    np.testing.assert_allclose(model.log_likelihood(binary, num_samples=3), bound, rtol=1e-4)
    assert model.latent.log_num_codes == pytest.approx(4 * np.log(model.latent.num_codes))


@pytest.mark.mainly("torch")
def test_no_sum_over_codes_is_below_the_bound():
    """With one place and few codes log p(x) is a sum that can be written down."""
    binary = RANDOM.integers(0, 2, (6, 5)).astype("float32")
    model = kerae.VQVAE((5,), num_codes=4, code_dim=2)
    p = model.decode(ops.convert_to_numpy(model.latent.codebook)).astype("float64")
    log_p = binary @ np.log(p).T + (1 - binary) @ np.log(1 - p).T
    exact = np.log(np.exp(log_p).mean(axis=1))
    bound = model.log_likelihood(binary, num_samples=1)
    assert (bound < exact).all()
    chosen = model.encode_indices(binary)
    np.testing.assert_allclose(bound, log_p[range(6), chosen] - np.log(4), rtol=1e-4)


@pytest.mark.mainly("torch")
def test_usage_is_that_of_all_examples_and_not_the_mean_of_batches():
    model = small_vqvae()
    model.compile(keras.optimizers.SGD(0.0))
    # Two kinds of batches, each of which uses codes of its own.
    x = np.concatenate([X, np.round(X), 0 * X])
    model.fit(x, batch_size=15, epochs=1, verbose=0)
    for batch_size in (30, 10, 7):
        logs = model.evaluate(x, batch_size=batch_size, verbose=0, return_dict=True)
        p = np.bincount(model.encode_indices(x).ravel(), minlength=7) / (30 * 4)
        used = p[p > 0]
        assert logs["perplexity"] == pytest.approx(np.exp(-(used * np.log(used)).sum()), rel=1e-5)
        assert logs["used_codes"] == pytest.approx((p > 0).mean(), rel=1e-5)
    by_batch = [
        model.evaluate(part, verbose=0, return_dict=True)["perplexity"] for part in np.split(x, 3)
    ]
    assert logs["perplexity"] > np.mean(by_batch) + 0.01


@pytest.mark.mainly("torch")
def test_an_epoch_begins_to_count_anew():
    model = small_vqvae()
    model.compile(keras.optimizers.SGD(0.0))
    history = model.fit(X, epochs=3, verbose=0, validation_data=(X,)).history
    assert history["val_used_codes"][1:] == [1.0, 1.0]  # seven codes and forty vectors
    assert history["used_codes"][0] < 1.0  # before any code was on a vector


@pytest.mark.mainly("torch")
@pytest.mark.parametrize(
    ("quantizer", "labels"),
    [
        (VectorQuantizer(7, 3), ["commitment"]),
        (VectorQuantizer(7, 3, update="gradient"), ["commitment", "codebook"]),
        (FiniteScalar((3, 2, 2)), []),
    ],
    ids=["ema", "gradient", "finite_scalar"],
)
def test_the_quantizer_says_what_it_is_trained_on(quantizer, labels):
    model = small_vqvae(quantizer=quantizer)
    assert model.labels == ["reconstruction", *labels, "perplexity", "used_codes"]
    assert [term.weight for term in model.terms] == [1.0, *[0.25, 1.0][: len(labels)], 0.0, 0.0]


@pytest.mark.mainly("torch")
def test_samples_are_decoded_codes_each_as_likely_as_another():
    model = kerae.VQVAE((5,), num_codes=4, code_dim=2)
    samples = model.sample(4000, seed=0)
    decoded = model.decode_indices(np.arange(4))
    nearest = np.abs(samples[:, None] - decoded).max(axis=2)
    assert nearest.min(axis=1).max() < 1e-6
    counts = np.bincount(nearest.argmin(axis=1), minlength=4)
    assert np.abs(counts - 1000).max() < 4 * np.sqrt(1000 * 0.75)


@pytest.mark.once
def test_refuses():
    with pytest.raises(ValueError, match=r"multiples of 4, as \[28\] or \[32\].*\(30, 30, 1\)"):
        kerae.VQVAE((30, 30, 1))
    with pytest.raises(ValueError, match="either `quantizer` or `num_codes` and `code_dim`"):
        kerae.VQVAE((8, 8, 1), num_codes=5, quantizer=FiniteScalar((3, 2)))
    with pytest.raises(ValueError, match="Discrete.*StandardNormal.*kerae.priors.UniformCodes"):
        kerae.Autoencoder((8, 8, 1), VectorQuantizer(4, 2))
    with pytest.raises(ValueError, match="Quantizer under Commitment.*Deterministic"):
        terms = [kerae.Reconstruction(), kerae.terms.Commitment()]
        kerae.Autoencoder((8, 8, 1), kerae.latents.Deterministic(2), terms=terms)
    with pytest.raises(ValueError, match='update="gradient" under CodebookError'):
        terms = [kerae.Reconstruction(), kerae.terms.CodebookError()]
        prior = kerae.priors.UniformCodes()
        kerae.Autoencoder((8, 8, 1), VectorQuantizer(4, 2), prior=prior, terms=terms)
    with pytest.raises(ValueError, match="Quantizer under UniformCodes.*Deterministic"):
        latent, prior = kerae.latents.Deterministic(2), kerae.priors.UniformCodes()
        kerae.Autoencoder((8, 8, 1), latent, prior=prior)
    with pytest.raises(ValueError, match="becomes the image by being doubled"):
        kerae.networks.residual_decoder((3, 3, 1), (8, 8, 1))
