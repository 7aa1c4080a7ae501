import numpy as np
import pytest
from fixtures import fixture
from gradients import gradient
from keras import ops
from scipy.optimize import brentq

from kerae.latents import FiniteScalar

RECOMMENDED = {  # the paper's, and how many codes they make
    (8, 6, 5): 240,
    (8, 5, 5, 5): 1000,
    (7, 5, 5, 5, 5): 4375,
    (8, 8, 8, 6, 5): 15360,
    (8, 8, 8, 5, 5, 5): 64000,
}


def array(tensor):
    return ops.convert_to_numpy(tensor)


def rounded(latent, z):
    """The codes of numbers before they are bounded, and the numbers of the codes."""
    indices = latent.indices_of(ops.convert_to_tensor(z, "float32"))
    return array(latent.codes_of(indices)), array(indices)


@pytest.mark.mainly("torch")
def test_codes_and_their_numbers_are_those_of_another_implementation():
    known = fixture("fsq_8555.npz")
    codes, indices = rounded(FiniteScalar((8, 5, 5, 5)), known["z"])
    np.testing.assert_array_equal(indices, known["indices"])
    np.testing.assert_allclose(codes, known["z_hat"], atol=1e-6)


@pytest.mark.mainly("torch")
@pytest.mark.parametrize("levels", [*RECOMMENDED, (2, 3), (4,)], ids=str)
def test_every_number_has_a_code_of_its_own_that_is_reached(levels):
    latent = FiniteScalar(levels)
    numbers = np.arange(latent.num_codes, dtype="int32")
    codes = array(latent.codes_of(ops.convert_to_tensor(numbers)))
    assert latent.num_codes == RECOMMENDED.get(levels, np.prod(levels)) == len(codes)
    assert len(np.unique(codes, axis=0)) == len(codes)
    assert codes.min() == -1.0 and codes.max() <= 1.0
    # What is bounded to a code, by the inverse of the formula, in double precision.
    sizes = np.array(levels)
    half, offset = 1.001 * (sizes - 1) / 2, np.where(sizes % 2, 0.0, 0.5)
    before = np.arctanh((codes * (sizes // 2) + offset) / half) - np.arctanh(offset / half)
    again, indices = rounded(latent, before)
    np.testing.assert_array_equal(indices, numbers)
    np.testing.assert_array_equal(again, codes)


@pytest.mark.mainly("torch")
def test_zero_is_the_code_in_the_middle_and_the_ends_are_reached_by_large_numbers():
    latent = FiniteScalar((8, 5, 2))
    np.testing.assert_array_equal(rounded(latent, np.zeros((1, 3)))[0], [[0, 0, 0]])
    np.testing.assert_array_equal(rounded(latent, np.full((1, 3), 50.0))[0], [[0.75, 1, 0]])
    np.testing.assert_array_equal(rounded(latent, np.full((1, 3), -50.0))[0], [[-1, -1, -1]])


def test_the_gradient_is_that_of_the_bounded_number():
    levels = np.array((8, 5, 3))
    latent = FiniteScalar(tuple(levels))
    x, upstream = np.random.default_rng(0).normal(size=(2, 7, 3)).astype("float32")
    codes, _ = rounded(latent, x)
    z = latent.estimated(ops.convert_to_tensor(x), ops.convert_to_tensor(codes))
    np.testing.assert_array_equal(array(z), codes)
    half, offset = 1.001 * (levels - 1) / 2, np.where(levels % 2, 0.0, 0.5)
    slope = half / np.cosh(x + np.arctanh(offset / half)) ** 2 / (levels // 2)
    codes, factor = map(ops.convert_to_tensor, (codes, upstream))
    found = gradient(lambda x: ops.sum(latent.estimated(x, codes) * factor), x)
    np.testing.assert_allclose(found, upstream * slope, rtol=1e-4, atol=1e-5)


@pytest.mark.once
@pytest.mark.parametrize("levels", [(8, 1), (2000, 5), (1000,) * 4], ids=str)
def test_refuses(levels):
    with pytest.raises(ValueError, match="`levels` from 2 to 1000.*fewer than 2"):
        FiniteScalar(levels)


@pytest.mark.mainly("torch")
@pytest.mark.parametrize("level", [2, 3, 4, 8])
def test_a_level_ends_where_its_bounded_number_is_half_way_to_the_next(level):
    half, offset = 1.001 * (level - 1) / 2, 0.0 if level % 2 else 0.5
    # By the one property that the shift has: 0 stays 0.
    shift = brentq(lambda s: half * np.tanh(s) - offset, 0.0, 9.0) if offset else 0.0
    ends = [k + 0.5 for k in range(-(level // 2), (level + 1) // 2 - 1)]
    x = np.array([np.arctanh((end + offset) / half) - shift for end in ends], "float32")
    latent = FiniteScalar((level,))
    for step, index in ((-1e-3, range(level - 1)), (1e-3, range(1, level))):
        found = latent.indices_of(ops.convert_to_tensor(x[:, None] + step))
        np.testing.assert_array_equal(ops.convert_to_numpy(found), index)
