import matplotlib
import numpy as np
import pytest

from kerae.figures.palette import colors, marker

pytestmark = pytest.mark.once

# Machado et al., 2009, severity 1.0: what linear RGB becomes for a dichromat.
SEEN = {
    "all cones": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
}
XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)


def lab(colors, seen):
    """CIELAB of sRGB colors, as seen."""
    linear = np.where(colors <= 0.04045, colors / 12.92, ((colors + 0.055) / 1.055) ** 2.4)
    t = np.clip(linear @ np.transpose(seen), 0, 1) @ XYZ.T / XYZ.sum(axis=1)
    f = np.where(t > (6 / 29) ** 3, np.cbrt(t), t / (3 * (6 / 29) ** 2) + 4 / 29)
    x, y, z = f.T
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=1)


def nearest(colors, seen):
    """The smallest distance of two colors."""
    places = lab(np.asarray(colors), seen)
    distances = np.linalg.norm(places[:, None] - places, axis=2)
    return distances[~np.eye(len(places), dtype=bool)].min()


@pytest.mark.parametrize("seen", SEEN.values(), ids=SEEN)
def test_ten_classes_stay_apart_whatever_cones_the_reader_has(seen):
    assert nearest(colors(range(10)), seen) > 15


def test_the_colors_that_matplotlib_takes_by_itself_would_not():
    assert nearest(matplotlib.color_sequences["tab10"], SEEN["protanopia"]) < 5


def test_after_ten_classes_the_shape_is_another_one():
    np.testing.assert_array_equal(colors(range(10)), colors(range(10, 20)))
    assert len({(tuple(colors([i])[0]), marker(i)) for i in range(-1, 80)}) == 81


def test_noise_is_a_gray_cross():
    (gray,) = colors([-1])
    assert gray[0] == gray[1] == gray[2] and marker(-1) == "x"
