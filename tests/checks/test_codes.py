import numpy as np
import pytest

from kerae.checks.codes import as_codes, refuse_equal_codes

pytestmark = pytest.mark.once


def test_takes_what_is_finite_and_has_rows():
    z = np.zeros((2, 3), "float32")
    assert as_codes(z) is z
    assert as_codes([[1], [2]]).dtype == np.float32


@pytest.mark.parametrize(
    ("z", "message"),
    [
        (np.zeros(5), r"shape \(n, latent_dim\).*Received: shape \(5,\)\.$"),
        (np.zeros((1, 2)), r"at least 2 examples. Received: shape \(1, 2\)"),
        (np.zeros((4, 0)), r"Received: shape \(4, 0\)"),
        (np.zeros((4, 2, 3)), r"Flatten each: `z.reshape\(len\(z\), -1\)`"),
        (np.array([["a"], ["b"]]), "real numbers"),
        (np.ones((2, 2)) * 1j, "real numbers. Received: complex128"),
        (np.array([[0.0], [np.nan], [np.inf]]), "2 of 3 rows of `z`, rows 1, 2"),
    ],
    ids=str,
)
def test_refuses(z, message):
    with pytest.raises(ValueError, match=message):
        as_codes(z)


def test_refuses_codes_that_are_all_the_same():
    refuse_equal_codes(np.array([[0.0, 1.0], [0.0, 2.0]]), "a map")
    with pytest.raises(ValueError, match="codes that differ, for a map. Received: 3 times"):
        refuse_equal_codes(np.ones((3, 2)), "a map")
