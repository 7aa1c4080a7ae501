import numpy as np
import pytest

from kerae.checks.labels import as_labels

pytestmark = pytest.mark.once


@pytest.mark.parametrize("dtype", [str, object])
def test_strings_are_numbered_in_their_order(dtype):
    labels = as_labels(np.array(["cat", "ant", "cat"], dtype), 3, class_names=("x", "y"))
    assert labels.values.tolist() == [1, 0, 1] and labels.names == ("ant", "cat")


def test_integers_keep_only_the_classes_that_occur():
    assert as_labels([7, -1, 7], 3).names == ("-1", "7")
    named = as_labels([2, 0, 2], 3, class_names=("a", "b", "c"))
    assert named.values.tolist() == [1, 0, 1] and named.names == ("a", "c")


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([0, 1], r"shape \(3,\).*Received: shape \(2,\)"),
        ([[0], [1], [1]], r"Received: shape \(3, 1\)"),
        ([0.0, 1.0, 1.0], r"integers or strings. Received: float64.*astype\(int\)"),
        ([True, False, True], "Received: bool"),
        (np.array(["a", None, 1], object), "Received: object"),
        ([0, 1, 3], r"indices into the 3 `class_names`. Received: labels from 0 to 3"),
        ([0, 1, -1], "labels from -1 to 1"),
    ],
    ids=str,
)
def test_refuses(labels, message):
    with pytest.raises(ValueError, match=message):
        as_labels(labels, 3, class_names=("a", "b", "c"))
