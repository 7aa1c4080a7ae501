import keras
import numpy as np
import pytest
from keras import ops

import kerae
from kerae import backend


@pytest.mark.skipif(keras.backend.backend() == "torch", reason="PyTorch runs Python itself")
def test_a_python_if_on_a_tensor_is_refused_as_in_fit():
    model = kerae.AE((2,), 1)
    x = ops.convert_to_tensor(np.ones((3, 2), "float32"))
    doubled = backend.compiled(model, lambda x: ops.where(ops.sum(x) > 0, 2 * x, x))
    np.testing.assert_array_equal(doubled(x), 2 * np.ones((3, 2)))
    with pytest.raises(TypeError, match="(?i)bool"):
        backend.compiled(model, lambda x: 2 * x if ops.sum(x) > 0 else x)(x)
