import numpy as np
import pytest

from kerae.data.scale_pixels import scale_pixels

pytestmark = pytest.mark.once


def test_bytes_are_divided_by_255_and_get_a_channel():
    x = scale_pixels(np.array([[[0, 51], [102, 255]]], np.uint8), "here")
    assert x.dtype == np.float32
    np.testing.assert_array_equal(x, np.float32([[[[0], [0.2]], [[0.4], [1]]]]))


def test_floats_and_vectors_stay():
    x = np.array([[0.0, 0.25, 1.0]])
    scaled = scale_pixels(x, "here")
    assert scaled.dtype == np.float32
    np.testing.assert_array_equal(scaled, x)


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.zeros((1, 2, 2), np.int16), "here.*int16"),
        (np.float64([[0, 255]]), "here.*0.0 to 255.0"),
        (np.float32([[0, np.nan]]), "here.*nan"),
    ],
)
def test_refuses(x, message):
    with pytest.raises(ValueError, match=message):
        scale_pixels(x, "here")
