import numpy as np
import pytest
from keras import ops

from kerae.conditions import Vector


@pytest.mark.parametrize("shape", [(6,), (2, 3), (1, 2, 3)])
def test_numbers_of_any_shape_become_a_vector_in_their_order(shape):
    y = np.arange(12.0).reshape(2, *shape)
    condition = Vector(shape)
    found = ops.convert_to_numpy(condition(y))
    np.testing.assert_array_equal(found, np.arange(12.0).reshape(2, 6))
    assert condition.size == 6 and condition.y_shape == shape


def test_refuses_numbers_that_are_not_finite():
    Vector((2,)).check(np.zeros((3, 2), "int64"))
    with pytest.raises(ValueError, match="NaN or infinity in 2 of 3 examples of `y`, rows 0, 2"):
        Vector((2,)).check(np.array([[0, np.nan], [0, 0], [np.inf, 0]]))
