"""Signs of dimensions."""

import numpy as np
import pytest
from keras import ops
from quantized import array, model_of, slopes_of_codes

from kerae.latents import LookupFree
from kerae.testing import check_part

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(20, 5)).astype("float32")


@pytest.mark.parametrize("spherical", [False, True])
def test_a_code_is_the_nearest_of_all_that_signs_make(spherical):
    latent = LookupFree(5, spherical)
    numbers = np.arange(32, dtype="int32")
    codes = array(latent.codes_of(numbers))
    # The bits of the number, written out by Python from the highest to the lowest.
    signs = [[1.0 if bit == "1" else -1.0 for bit in f"{k:05b}"[::-1]] for k in numbers]
    size = 1 / np.sqrt(5) if spherical else 1.0
    np.testing.assert_allclose(codes, np.array(signs) * size, rtol=1e-6)
    np.testing.assert_array_equal(array(latent.indices_of(ops.convert_to_tensor(codes))), numbers)
    x = X / np.linalg.norm(X, axis=1, keepdims=True) if spherical else X
    nearest = ((x[:, None] - codes) ** 2).sum(axis=-1).argmin(axis=1)
    found = array(latent.indices_of(ops.convert_to_tensor(X)))
    np.testing.assert_array_equal(found, nearest)
    assert found.dtype == "int32" and latent.num_codes == 32
    assert array(latent.indices_of(ops.zeros((1, 5)))) == [0]


def test_the_gradient_is_straight_through_and_on_the_sphere_along_it():
    upstream = RANDOM.normal(size=X.shape).astype("float32")
    for spherical in (False, True):
        latent = LookupFree(5, spherical)
        codes = array(latent.codes_of(latent.indices_of(ops.convert_to_tensor(X))))
        found = slopes_of_codes(latent.estimated, upstream, X, codes)
        length = np.linalg.norm(X, axis=1, keepdims=True)
        e = X / length
        along = (upstream - (upstream * e).sum(axis=1, keepdims=True) * e) / length
        expected = along if spherical else upstream
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)
        # Where there is no direction, the gradient is finite.
        zeros = np.zeros_like(X)
        assert np.isfinite(slopes_of_codes(latent.estimated, upstream, zeros, codes)).all()


@pytest.mark.mainly("torch")
@pytest.mark.parametrize(
    ("spherical", "labels"), [(False, ["commitment", "code_entropy"]), (True, ["code_entropy"])]
)
def test_what_it_is_trained_on(spherical, labels):
    model = model_of(LookupFree(5, spherical))
    assert model.labels == ["reconstruction", *labels, "perplexity", "used_codes"]
    model.compile()
    logs = model.evaluate(X, verbose=0, return_dict=True)
    if not spherical:
        distance = ((X - np.sign(X)) ** 2).sum(axis=1).mean()
        assert logs["commitment"] == pytest.approx(distance, rel=1e-5)


@pytest.mark.mainly("torch")
def test_it_is_a_part_as_others():
    check_part(LookupFree(5))


@pytest.mark.once
@pytest.mark.parametrize("code_dim", [0, 25, 2.0])
def test_refuses(code_dim):
    with pytest.raises(ValueError, match="`code_dim`"):
        LookupFree(code_dim)
