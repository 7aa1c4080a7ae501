import numpy as np
import pytest
from quantized import array, model_of, slopes

import kerae
from kerae.latents import Residual, VectorQuantizer
from kerae.terms import CodebookOrthogonality

RANDOM = np.random.default_rng(0)
X = RANDOM.random((12, 3), dtype="float32")


def by_pairs(codes):
    codes = codes.astype("float64")
    codes = codes / np.linalg.norm(codes, axis=1, keepdims=True)
    count = len(codes)
    return sum((codes[j] @ codes[k]) ** 2 for j in range(count) for k in range(count) if j != k) / (
        count**2
    )


def value(latent):
    prior = kerae.priors.UniformCodes()
    model = kerae.Autoencoder(
        (3,), latent, prior=prior, terms=[kerae.Reconstruction(), CodebookOrthogonality()]
    )
    model.compile()
    return model.evaluate(X, verbose=0, return_dict=True)["codebook_orthogonality"]


@pytest.mark.mainly("torch")
def test_it_is_the_mean_over_pairs_and_the_sum_over_codebooks():
    latent = VectorQuantizer(5, 3, update="gradient")
    assert value(latent) == pytest.approx(by_pairs(array(latent.codebook)), rel=1e-5)
    levels = Residual(VectorQuantizer(4, 3, update="gradient"), 2)
    expected = sum(by_pairs(array(codes)) for codes in levels.codebooks())
    assert value(levels) == pytest.approx(expected, rel=1e-5)


@pytest.mark.mainly("torch")
def test_codes_at_right_angles_have_none_and_many_codes_at_least_what_the_dimensions_allow():
    latent = VectorQuantizer(3, 3, update="gradient")
    latent.codebook.assign(np.diag([1.0, -2.0, 3.0]))
    assert value(latent) == pytest.approx(0, abs=1e-6)
    latent = VectorQuantizer(6, 3, update="gradient")  # a tight frame
    latent.codebook.assign(np.concatenate([np.eye(3), -np.eye(3)]))
    assert value(latent) == pytest.approx(1 / 3 - 1 / 6, rel=1e-5)


@pytest.mark.mainly("torch")
def test_it_turns_codes_and_makes_none_longer():
    latent = VectorQuantizer(4, 3, update="gradient")
    model = model_of(latent)
    with_term = kerae.Autoencoder(
        (3,),
        latent,
        prior=kerae.priors.UniformCodes(),
        terms=[kerae.Reconstruction(), CodebookOrthogonality(100.0)],
        likelihood="normal",
        encoder=model.encoder,
        decoder=model.decoder,
    )
    found = slopes(with_term, X)[latent.codebook.path]
    assert np.abs(found).max() > 0.1
    np.testing.assert_allclose((found * array(latent.codebook)).sum(axis=1), 0, atol=1e-3)


@pytest.mark.once
def test_refuses():
    with pytest.raises(ValueError, match='update="gradient" under CodebookOrthogonality'):
        value(VectorQuantizer(4, 3))
