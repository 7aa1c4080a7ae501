"""Random codes behind a linear map."""

import keras
import numpy as np
import pytest
from quantized import array, choices, model_of, slopes

import kerae
from kerae.latents import SimVQ
from kerae.testing import check_part

RANDOM = np.random.default_rng(0)
X = RANDOM.random((12, 3), dtype="float32")


@pytest.mark.mainly("torch")
def test_the_fixed_vectors_have_length_1_in_the_mean_square():
    kerae.set_random_seed(0)
    squares = (array(SimVQ(4000, 16).fixed) ** 2).sum(axis=1)
    # chi-squared of 16 degrees, divided by 16: variance 2/16
    assert abs(squares.mean() - 1) < 4 * np.sqrt(2 / 16 / 4000)
    assert squares.var() == pytest.approx(2 / 16, rel=0.2)


def test_codes_are_the_fixed_vectors_mapped_and_the_map_alone_is_trained():
    latent = SimVQ(5, 3)
    model = model_of(latent, commitment=0.7)
    fixed, matrix = array(latent.fixed), array(latent.map)
    codes = fixed.astype("float64") @ matrix
    chosen = choices(X, codes)
    np.testing.assert_array_equal(model.encode_indices(X), chosen)
    np.testing.assert_allclose(model.encode(X), codes[chosen], rtol=1e-5, atol=1e-6)
    found, factors, left = slopes(model, X), np.arange(1.0, 4), X - codes[chosen]
    assert latent.fixed.path not in found
    # By the codebook's term, and through no other.
    of_map = -2 * fixed[chosen].T @ left / len(X)
    np.testing.assert_allclose(found[latent.map.path], of_map, rtol=1e-4, atol=1e-6)
    of_x = factors * (factors * codes[chosen] - X) + 0.7 * 2 * left
    np.testing.assert_allclose(
        found[latent.head.bias.path], of_x.mean(axis=0), rtol=1e-4, atol=1e-5
    )


@pytest.mark.mainly("torch")
def test_codes_that_no_vector_chose_move_with_the_others():
    latent = SimVQ(50, 3)
    model = model_of(latent)
    x = X[:1]
    fixed, before = array(latent.fixed), array(latent.codebooks()[0])
    model.compile(keras.optimizers.SGD(0.01))
    model.fit(x, verbose=0)
    moved = np.abs(array(latent.codebooks()[0]) - before).max(axis=1)
    assert (moved > 0).sum() > 45
    np.testing.assert_array_equal(array(latent.fixed), fixed)


@pytest.mark.mainly("torch")
def test_it_is_a_part_as_others():
    check_part(SimVQ(5, 3, estimator="rotation"))


@pytest.mark.once
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"num_codes": 1}, "`num_codes` of at least 2"),
        ({"code_dim": 0}, "`code_dim` of at least 1"),
        ({"estimator": "gumbel"}, "straight_through"),
    ],
    ids=str,
)
def test_refuses(arguments, message):
    with pytest.raises(ValueError, match=message):
        SimVQ(**{"num_codes": 4, "code_dim": 3} | arguments)
