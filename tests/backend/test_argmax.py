import keras
import numpy as np
from keras import ops

from kerae.backend import argmax


def test_the_first_one_of_the_largest_is_found():
    x = np.array([[1.0, 3.0, 3.0], [-0.0, 0.0, -1.0], [0.0, -0.0, -1.0]], "float32")
    found = argmax(ops.convert_to_tensor(x))
    assert keras.backend.standardize_dtype(found.dtype) == "int32"
    assert ops.convert_to_numpy(found).tolist() == [1, 0, 0]
