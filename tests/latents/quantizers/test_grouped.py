"""Groups of dimensions, each quantized by itself."""

import numpy as np
import pytest
from keras import ops
from quantized import array, choices, model_of, slopes, slopes_of_codes, train_step

from kerae.latents import FiniteScalar, Grouped, LookupFree, Residual, VectorQuantizer
from kerae.testing import check_part

RANDOM = np.random.default_rng(0)
X = RANDOM.random((12, 4), dtype="float32")
GROUPS = (slice(0, 2), slice(2, 4))


@pytest.mark.mainly("torch")
def test_each_group_chooses_and_follows_by_itself():
    latent = Grouped(VectorQuantizer(5, 2), 2)
    model = model_of(latent)
    train_step(model, X)  # puts codes on the vectors
    codebooks = [array(each) for each in latent.codebooks()]
    indices = model.encode_indices(X)
    assert indices.shape == (12, 2) and latent.places == (2,) and latent.code_dim == 4
    for codes, own, chosen in zip(codebooks, GROUPS, indices.T, strict=True):
        assert all((code == X[:, own]).all(axis=1).any() for code in codes)
        np.testing.assert_array_equal(chosen, choices(X[:, own], codes))
        np.testing.assert_array_equal(model.encode(X)[:, own], codes[chosen])


@pytest.mark.mainly("torch")
def test_what_trains_it_is_the_sum_over_groups():
    latent = Grouped(VectorQuantizer(5, 2, update="gradient"), 2)
    model = model_of(latent, commitment=0.7)
    found = slopes(model, X)
    of_x = np.zeros_like(X)
    for quantizer, own in zip(latent.quantizers, GROUPS, strict=True):
        codes = array(quantizer.codebook)
        chosen = choices(X[:, own], codes)
        factors, left = np.arange(1.0, 5)[own], X[:, own] - codes[chosen]
        expected = np.zeros_like(codes)
        np.add.at(expected, chosen, -2 * left / len(X))
        np.testing.assert_allclose(found[quantizer.codebook.path], expected, rtol=1e-4, atol=1e-6)
        of_x[:, own] = factors * (factors * codes[chosen] - X[:, own]) + 1.4 * left
    np.testing.assert_allclose(
        found[latent.head.bias.path], of_x.mean(axis=0), rtol=1e-4, atol=1e-5
    )


@pytest.mark.parametrize(
    "quantizer", [FiniteScalar((8, 5)), LookupFree(2, spherical=True)], ids=lambda each: each.name
)
def test_a_group_is_quantized_as_it_is_alone(quantizer):
    latent, x = Grouped(quantizer, 2), X * 4 - 2
    upstream = RANDOM.normal(size=x.shape).astype("float32")
    indices = array(latent.indices_of(ops.convert_to_tensor(x)))
    codes = array(latent.codes_of(indices))
    slope = slopes_of_codes(latent.estimated, upstream, x, codes)
    for g, own in enumerate(GROUPS):
        alone = ops.convert_to_tensor(x[:, own])
        np.testing.assert_array_equal(indices[:, g], array(quantizer.indices_of(alone)))
        np.testing.assert_array_equal(codes[:, own], array(quantizer.codes_of(indices[:, g])))
        expected = slopes_of_codes(quantizer.estimated, upstream[:, own], x[:, own], codes[:, own])
        np.testing.assert_allclose(slope[:, own], expected, rtol=1e-5, atol=1e-7)


@pytest.mark.mainly("torch")
def test_groups_of_levels_have_both_on_the_last_axes():
    latent = Grouped(Residual(VectorQuantizer(5, 2), 3), 2)
    model = model_of(latent)
    assert latent.places == (2, 3) and latent.num_codebooks == len(latent.codebooks()) == 6
    x, codebooks = X.astype("float64"), [array(each) for each in latent.codebooks()]
    indices = model.encode_indices(X)
    for g, own in enumerate(GROUPS):
        left = x[:, own]
        for n in range(3):
            codes = codebooks[3 * g + n]
            chosen = choices(left, codes)
            np.testing.assert_array_equal(indices[:, g, n], chosen)
            left = left - codes[chosen]
        np.testing.assert_allclose(model.encode(X)[:, own], x[:, own] - left, atol=1e-6)
    # Levels of groups as well: the axes are those of the outer one first.
    other = Residual(Grouped(VectorQuantizer(5, 2), 2), 3)
    assert other.index_shape == (3, 2)
    assert array(other.indices_of(ops.convert_to_tensor(X))).shape == (12, 3, 2)


@pytest.mark.nightly
def test_it_is_a_part_as_others():
    check_part(Grouped(Residual(VectorQuantizer(5, 2), 2, quantizer_dropout=True), 2))


@pytest.mark.once
def test_refuses():
    with pytest.raises(ValueError, match="`num_groups` of at least 2"):
        Grouped(VectorQuantizer(4, 2), 1)
    with pytest.raises(ValueError, match="a kerae.latents.Quantizer"):
        Grouped("vector")
    with pytest.raises(ValueError, match="a scale of their own"):
        Residual(Grouped(FiniteScalar((5, 5)), 2))
