import numpy as np
import pytest
from sklearn.datasets import load_digits

from kerae.data import load

pytestmark = pytest.mark.once

# The class distribution in the description of the UCI digits test set.
COUNTS = [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]


def test_holds_all_digits_scaled_to_one():
    digits = load("digits")
    x = np.concatenate([digits.x_train, digits.x_test])
    assert digits.input_shape == (8, 8, 1)
    assert digits.class_names == tuple("0123456789")
    np.testing.assert_array_equal(
        np.sort(x.reshape(-1, 64) * 16, axis=0), np.sort(load_digits().data, axis=0)
    )


def test_fifth_of_every_class_is_held_out():
    digits = load("digits")
    train, test = np.bincount(digits.y_train), np.bincount(digits.y_test)
    np.testing.assert_array_equal(train + test, COUNTS)
    np.testing.assert_allclose(test, np.divide(COUNTS, 5), atol=0.5)
    assert load("digits").digest == digits.digest
