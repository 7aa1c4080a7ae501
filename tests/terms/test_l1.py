import numpy as np
from keras import ops

from kerae.terms import L1

# Two examples, two codes drawn of each, three code units.
Z = np.float32([[[1, -2, 0], [3, 0, 0]], [[-0.5, 0, 0.25], [0, 0, 0]]])


def test_it_is_the_sum_of_absolute_values_by_hand():
    value = ops.convert_to_numpy(L1().value(None, {"z": Z}))
    np.testing.assert_allclose(value, [(3 + 3) / 2, (0.75 + 0) / 2])


def test_the_weight_multiplies_it():
    np.testing.assert_allclose(L1(0.5).loss(np.float32([3, 0.375]), step=0), [1.5, 0.1875])
