import numpy as np
import pytest
from given_noise import GivenNoise
from keras import ops

from kerae.corruptions import Gaussian


def test_the_noise_is_added_times_its_standard_deviation():
    x, epsilon = np.random.default_rng(0).normal(size=(2, 5, 3, 4))
    found = Gaussian(0.7).corrupt(ops.convert_to_tensor(x, "float32"), GivenNoise(epsilon))
    np.testing.assert_allclose(ops.convert_to_numpy(found), x + 0.7 * epsilon, rtol=1e-5)


def test_mean_standard_deviation_and_independence_of_the_noise():
    n = 40_000
    x = np.repeat(np.float32([0.0, 1.0]), n).reshape(2, n)
    black, white = ops.convert_to_numpy(Gaussian(0.5)(x, training=True)) - x
    for noise in (black, white):
        # Three standard errors: s / sqrt(n) of a mean, s / sqrt(2 n) of a standard deviation.
        assert abs(noise.mean()) < 3 * 0.5 / np.sqrt(n)
        assert abs(noise.std() - 0.5) < 3 * 0.5 / np.sqrt(2 * n)
    # Of a correlation between independent examples, or neighbors: 1 / sqrt(n).
    assert abs(np.corrcoef(black, white)[0, 1]) < 3 / np.sqrt(n)
    assert abs(np.corrcoef(black[1:], black[:-1])[0, 1]) < 3 / np.sqrt(n)
    assert black.min() < 0 and white.max() + 1 > 1  # nothing is clipped


def test_a_standard_deviation_of_0_changes_nothing(images):
    np.testing.assert_array_equal(ops.convert_to_numpy(Gaussian(0)(images, training=True)), images)


@pytest.mark.parametrize("stddev", [-0.1, float("nan"), float("inf"), "0.3", None], ids=repr)
def test_refuses_what_is_no_standard_deviation(stddev):
    with pytest.raises(ValueError, match=f"`stddev`.*stddev={stddev!r}"):
        Gaussian(stddev)
