import numpy as np
import pytest

from kerae.figures.classes import as_classes

pytestmark = pytest.mark.once


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
