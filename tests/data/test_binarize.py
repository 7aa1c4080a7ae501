import numpy as np
import pytest

from kerae.data import binarize

pytestmark = pytest.mark.once


def test_mean_is_the_gray_value():
    x = np.full((100_000, 3), [0.0, 0.3, 1.0])
    b = binarize(x)
    assert b.dtype == np.float32
    assert set(np.unique(b)) == {0.0, 1.0}
    # Five standard errors of a Bernoulli mean: 5 sqrt(0.3 0.7 / 100000).
    np.testing.assert_allclose(b.mean(axis=0), [0.0, 0.3, 1.0], atol=0.0073)
    assert b[:, 0].max() == 0 and b[:, 2].min() == 1


def test_draw_is_fixed_by_the_seed():
    x = np.full(1000, 0.5, np.float32)
    np.testing.assert_array_equal(binarize(x, seed=3), binarize(x, seed=3))
    assert (binarize(x, seed=3) != binarize(x, seed=4)).any()


def test_threshold_is_exclusive():
    np.testing.assert_array_equal(binarize([0.2, 0.5, 0.7, 1.0], threshold=0.5), [0, 0, 1, 1])


@pytest.mark.parametrize(
    ("x", "threshold", "message"),
    [
        ([0.0, 255.0], None, "0.0 to 255.0"),
        ([-0.1, 1.0], 0.5, "-0.1 to 1.0"),
        ([0.0, np.nan], None, "nan"),
        ([0.5], 1.0, "threshold.*1.0"),
    ],
)
def test_refuses(x, threshold, message):
    with pytest.raises(ValueError, match=message):
        binarize(x, threshold=threshold)
