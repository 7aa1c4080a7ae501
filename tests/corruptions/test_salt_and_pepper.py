import numpy as np
import pytest
from keras import ops

from kerae.corruptions import SaltAndPepper

N = 40_000


class EvenlySpaced:
    """Noise whose uniform numbers are the middles of equal parts of (0, 1), once each."""

    def uniform(self, shape):
        (size,) = shape
        return ops.convert_to_tensor((np.arange(size, dtype="float32") + 0.5)[None] / size)


def test_half_of_what_is_spoilt_becomes_low_and_half_high():
    x = ops.convert_to_tensor(np.full((1, 1000), 0.5, "float32"))
    found = ops.convert_to_numpy(SaltAndPepper(0.4, -1.0, 2.0).corrupt(x, EvenlySpaced()))
    values, counts = np.unique(found, return_counts=True)
    assert dict(zip(values.tolist(), counts.tolist())) == {-1.0: 200, 0.5: 600, 2.0: 200}


def test_the_shares_of_salt_and_of_pepper_in_each_example():
    x = np.random.default_rng(0).uniform(0.1, 0.9, (2, N)).astype("float32")
    found = ops.convert_to_numpy(SaltAndPepper(0.3)(x, training=True))
    for row, clean in zip(found, x):
        for extreme in (0.0, 1.0):
            assert abs((row == extreme).mean() - 0.15) < 3 * np.sqrt(0.15 * 0.85 / N)
        kept = (row != 0) & (row != 1)
        np.testing.assert_array_equal(row[kept], clean[kept])
    both = ((found == 0) | (found == 1)).all(axis=0).mean()  # independent examples: 0.3^2
    assert abs(both - 0.09) < 3 * np.sqrt(0.09 * 0.91 / N)


@pytest.mark.parametrize("ends", [(1.0, 0.0), (0.5, 0.5), (float("nan"), 1.0)], ids=str)
def test_refuses_extremes_in_the_wrong_order(ends):
    with pytest.raises(ValueError, match=f"`low`.*low={ends[0]}"):
        SaltAndPepper(0.1, *ends)
