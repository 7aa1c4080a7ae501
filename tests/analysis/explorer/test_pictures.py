import numpy as np
import pytest

from kerae.analysis.explorer.pictures import Pictures

pytestmark = pytest.mark.once


def bytes_of(pixels):
    return np.ascontiguousarray(pixels).view("uint8").reshape(*pixels.shape, 4)


def test_images_are_drawn_between_the_limits():
    pictures = Pictures("row", (2, 3, 1), (-1.0, 1.0), count=4, side=30)
    images = np.array([-1.0, 0.0, 1.0, -5.0, 5.0, 0.5]).reshape(1, 2, 3, 1).repeat(2, axis=0)
    pictures.show(images)
    assert len(pictures.source.data["image"]) == 2
    shown = bytes_of(pictures.source.data["image"][1])
    np.testing.assert_array_equal(shown[..., 0], [[0, 128, 255], [0, 255, 191]])
    np.testing.assert_array_equal(shown[..., 1], shown[..., 2])
    assert (shown[..., 3] == 255).all()
    assert (pictures.figure.frame_width, pictures.figure.frame_height) == (120, 20)


def test_colors_stay_red_green_and_blue():
    pictures = Pictures("one", (1, 1, 3), (0.0, 1.0), count=1, side=30)
    pictures.show(np.array([0.2, 0.4, 1.0]).reshape(1, 1, 1, 3))
    np.testing.assert_array_equal(
        bytes_of(pictures.source.data["image"][0])[0, 0], [51, 102, 255, 255]
    )


def test_vectors_are_lines_side_by_side():
    pictures = Pictures("row", (5,), (0.0, 10.0), count=3, side=30)
    pictures.show(np.array([[0.0, 5.0, 10.0, 20.0, 5.0], [1.0, 1.0, 1.0, 1.0, 1.0]]))
    np.testing.assert_allclose(pictures.source.data["y"][0], [0.0, 0.5, 1.0, 1.0, 0.5])
    first, second = pictures.source.data["x"]
    assert first[0] == 0.0 and first[-1] < second[0] == 1.0 and second[-1] < 2.0
    pictures.show(np.zeros((0, 5)))
    assert pictures.source.data["y"] == []
