import dataclasses

import numpy as np
import pytest

from kerae.data import Dataset

pytestmark = pytest.mark.once


def arrays(**changes):
    x = np.linspace(0, 1, 2 * 3 * 3, dtype=np.float32).reshape(2, 3, 3, 1)
    y = np.array([0, 1], np.int64)
    defaults = {"x_train": x, "y_train": y, "x_test": x, "y_test": y}
    return {**defaults, "name": "tiny", "class_names": ("a", "b"), **changes}


def test_states_its_sizes():
    dataset = Dataset(**arrays())
    assert dataset.input_shape == (3, 3, 1)
    assert repr(dataset) == (
        "Dataset(name='tiny', train=2, test=2, input_shape=(3, 3, 1), classes=2)"
    )


def test_states_its_factors():
    v = np.array([[0, 2], [1, 0]])
    values = {"animal": ("cat", "dog"), "legs": (2, 3, 4)}
    dataset = Dataset(**arrays(factors_train=v, factors_test=v, factor_values=values))
    assert dataset.has_factors and not Dataset(**arrays()).has_factors
    assert repr(dataset).endswith("classes=2, factors=2)")


@pytest.mark.parametrize(
    "factors, message",
    [
        (None, r"hold int64 numbers of values, of shape \(2, 2\), .*Received: None"),
        (np.zeros((2, 2)), "float64 of shape"),
        (np.zeros((2, 1), int), r"int64 of shape \(2, 1\)"),
        (np.zeros((3, 2), int), r"int64 of shape \(3, 2\)"),
        (np.array([[0, 3], [1, 0]]), r"below that of \[2, 3\].* \[0, 0\] to \[1, 3\]"),
        (np.array([[0, -1], [1, 0]]), r"\[0, -1\] to \[1, 0\]"),
    ],
)
@pytest.mark.parametrize("split", ["train", "test"])
def test_refuses_other_factors(factors, message, split):
    v = np.array([[0, 2], [1, 0]])
    given = {"factors_train": v, "factors_test": v, f"factors_{split}": factors}
    values = {"animal": ("cat", "dog"), "legs": (2, 3, 4)}
    with pytest.raises(ValueError, match=f"`factors_{split}` of the data set 'tiny'.*{message}"):
        Dataset(**arrays(**given, factor_values=values))


def test_refuses_factors_without_their_values():
    with pytest.raises(ValueError, match="as `factor_values` tells"):
        Dataset(**arrays(factors_train=np.zeros((2, 2), int)))


def test_cannot_be_reassigned():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Dataset(**arrays()).name = "other"


def test_digest_depends_on_every_value_and_shape_and_on_nothing_else():
    original = Dataset(**arrays())
    x, y = original.x_train, original.y_train
    changed = x.copy()
    changed[1, 2, 2, 0] = 0.5
    reshaped = x.reshape(2, 9, 1, 1)
    assert Dataset(**arrays(name="other", x_test=np.asfortranarray(x))).digest == original.digest
    others = [
        Dataset(**arrays(x_test=changed)),
        Dataset(**arrays(y_train=y[::-1])),
        Dataset(**arrays(x_train=reshaped, x_test=reshaped)),
    ]
    assert len({original.digest, *(other.digest for other in others)}) == 4


def broken(**changes):
    x, y = arrays()["x_train"], arrays()["y_train"]
    return {key: change(x, y) for key, change in changes.items()}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (broken(x_train=lambda x, y: x.astype("float64")), "float32 images.*float64"),
        (broken(x_train=lambda x, y: x[..., 0]), r"\(2, 3, 3\)"),
        (broken(x_test=lambda x, y: x[:0], y_test=lambda x, y: y[:0]), "x_test.*at least one"),
        (broken(x_test=lambda x, y: x[:1]), "one label per image.*1 images, 2 labels"),
        (broken(x_test=lambda x, y: x * 2), "from 0 to 1.*0.0 to 2.0"),
        (broken(x_test=lambda x, y: x + np.float32("nan")), "finite.*nan"),
        (broken(x_test=lambda x, y: x[:, :2]), r"one shape.*\(3, 3, 1\) and \(2, 3, 1\)"),
        (broken(y_train=lambda x, y: y.astype("int32")), "int64 labels.*int32"),
        (broken(y_train=lambda x, y: y + 1), "labels from 0 to 1.*1 to 2"),
        (broken(y_train=lambda x, y: y - 1), "labels from 0 to 1.*-1 to 0"),
        ({"class_names": ["a", "b"]}, "tuple of strings"),
    ],
)
def test_refuses(changes, message):
    with pytest.raises(ValueError, match=message):
        Dataset(**arrays(**changes))
