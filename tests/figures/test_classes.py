import matplotlib
import numpy as np
import pytest

from kerae.figures.classes import as_classes, colors, marker

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


def test_a_class_has_its_number_in_the_names_even_if_others_do_not_occur():
    classes = as_classes([2, -1, 0], 3, ("a", "b", "c"))
    assert classes.values.tolist() == [2, -1, 0] and classes.names == ("a", "b", "c")


@pytest.mark.parametrize(
    "labels, values, names",
    [
        ([7, -1, 3, 7], [1, -1, 0, 1], ("3", "7")),
        ([-5, -1, 0, 0], [0, -1, 1, 1], ("-5", "0")),
        (np.array(["dog", "cat", "dog", "owl"]), [1, 0, 1, 2], ("cat", "dog", "owl")),
        ([-1, -1, -1, -1], [-1, -1, -1, -1], ()),
        (None, [0, 0, 0, 0], ("",)),
    ],
    ids=["integers", "negative", "strings", "noise", "none"],
)
def test_labels_without_names_are_numbered_in_their_order(labels, values, names):
    classes = as_classes(labels, 4)
    assert classes.values.tolist() == values and classes.names == names


def test_long_names_are_shortened():
    (name,) = as_classes([0, 0], 2, ("a Staffordshire bullterrier",)).names
    assert name == "a Staffordshire b…"


@pytest.mark.parametrize(
    "labels, class_names, message",
    [
        ([0, 1], None, "one for each example"),
        ([0.5, 1.0, 2.0], None, "integers or strings"),
        ([0, 1, 2], ("a", "b"), "indices into the 2 `class_names`"),
        ([0, 1, -2], ("a", "b"), "Received: labels from -2 to 1"),
    ],
    ids=str,
)
def test_refuses(labels, class_names, message):
    with pytest.raises(ValueError, match=message):
        as_classes(labels, 3, class_names)


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
