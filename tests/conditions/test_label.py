import numpy as np
import pytest
from keras import ops

from kerae.conditions import Label


def test_a_label_is_one_hot():
    found = ops.convert_to_numpy(Label(3)(np.array([2, 0])))
    np.testing.assert_array_equal(found, [[0, 0, 1], [1, 0, 0]])
    assert Label(3).size == 3


def test_an_embedding_gives_a_row_of_its_trained_table():
    condition = Label(3, embedding_dim=2)
    condition(np.array([0]))
    table = np.float32([[1, 2], [3, 4], [5, 6]])
    condition.set_weights([table])
    found = ops.convert_to_numpy(condition(np.array([2, 0])))
    np.testing.assert_array_equal(found, table[[2, 0]])
    assert condition.size == 2 and len(condition.trainable_variables) == 1


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([0, 3], "labels from 0 to 2. Received: 3. Number the classes from 0"),
        ([-1, 0], "labels from 0 to 2. Received: -1"),
        (range(3, 20), "Received: 3, 4, 5, 6, 7, …"),
    ],
    ids=str,
)
def test_refuses_unknown_labels(labels, message):
    with pytest.raises(ValueError, match=message):
        Label(3).check(np.array(labels))


def test_takes_every_known_label():
    Label(3).check(np.array([0, 1, 2]))


def test_refuses_fewer_than_two_classes():
    with pytest.raises(ValueError, match="`num_classes` of at least 2. Received: 1"):
        Label(1)
