import numpy as np
import pytest

from kerae.data.hold_out import hold_out

pytestmark = pytest.mark.once

NAMES = ("a", "b", "c")


def test_sets_a_fifth_of_every_class_aside_without_overlap():
    y = np.repeat([0, 1, 2], [50, 20, 2])
    x = np.arange(len(y))
    x_train, y_train, x_test, y_test = hold_out(x, y, NAMES)
    np.testing.assert_array_equal(np.bincount(y_test), [10, 4, 1])
    np.testing.assert_array_equal(np.sort(np.concatenate([x_train, x_test])), x)
    np.testing.assert_array_equal(y[x_train], y_train)
    np.testing.assert_array_equal(y[x_test], y_test)
    np.testing.assert_array_equal(hold_out(x, y, NAMES)[2], x_test)


def test_keeps_a_single_example_for_training_and_says_so():
    y = np.array([0, 0, 0, 2])
    with pytest.warns(UserWarning, match="not tested: c. Add examples"):
        _, y_train, _, y_test = hold_out(y, y, NAMES)
    np.testing.assert_array_equal(y_train, [0, 0, 2])
    np.testing.assert_array_equal(y_test, [0])


@pytest.mark.parametrize(
    ("size", "y", "message"),
    [
        (3, [0, 1, 2], "3 examples of 3 classes. Add examples, or give a test split"),
        (4, [0, 0, 1], r"4 images, labels of shape \(3,\)"),
    ],
)
def test_refuses(size, y, message):
    with pytest.raises(ValueError, match=message):
        hold_out(np.arange(size), np.array(y), NAMES)
