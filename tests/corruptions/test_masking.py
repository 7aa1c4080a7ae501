import numpy as np
import pytest
from keras import ops

from kerae.corruptions import Masking, SaltAndPepper

N = 40_000


def test_elements_are_lost_with_their_probability_and_the_rest_stays():
    x = np.random.default_rng(0).uniform(0.1, 2.0, (2, N)).astype("float32")
    found = ops.convert_to_numpy(Masking(0.3)(x, training=True))
    lost = found == 0
    np.testing.assert_array_equal(found[~lost], x[~lost])
    for row in lost:
        assert abs(row.mean() - 0.3) < 3 * np.sqrt(0.3 * 0.7 / N)
    both = lost.all(axis=0).mean()  # independent examples: 0.3^2
    assert abs(both - 0.09) < 3 * np.sqrt(0.09 * 0.91 / N)


def test_every_channel_of_a_pixel_is_lost_on_its_own():
    found = ops.convert_to_numpy(Masking(0.5)(np.ones((1, 50, 50, 3), "float32"), training=True))
    lost_channels = (found == 0).sum(axis=-1)
    assert set(np.unique(lost_channels)) == {0, 1, 2, 3}


@pytest.mark.parametrize(("probability", "expected"), [(0, 0.7), (1, 0.0)])
def test_none_and_all(probability, expected):
    x = np.full((3, 200), 0.7, "float32")
    found = ops.convert_to_numpy(Masking(probability)(x, training=True))
    np.testing.assert_array_equal(found, np.full_like(x, expected))


@pytest.mark.parametrize("layer", [Masking, SaltAndPepper])
@pytest.mark.parametrize("probability", [-0.1, 1.1, float("nan"), "0.3", None], ids=repr)
def test_refuses_what_is_no_probability(layer, probability):
    with pytest.raises(ValueError, match=f"`probability`.*probability={probability!r}"):
        layer(probability)
