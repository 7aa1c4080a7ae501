"""What users of JAX and PyTorch do imports no TensorFlow, which takes seconds."""

import subprocess

import pytest
from keras.src.utils.module_utils import tensorflow
from python_program import BACKEND, python

from kerae.backend.without_tensorflow import without_tensorflow

DONE = """
import sys
import numpy as np
import kerae

kerae.set_random_seed(1)
x = np.zeros((4, 8, 8, 1), "float32")
model = kerae.VAE((8, 8, 1), 2, beta=kerae.schedules.Linear(0.0, 1.0, steps=3))
model.get_config()
model.compile()
model.fit(x, callbacks=[kerae.callbacks.Checkpoint("checkpoints")], verbose=0)
model.encode(x)
model.save("model.keras")
kerae.load("model.keras")
print("tensorflow" in sys.modules)
"""


@pytest.mark.skipif(BACKEND == "tensorflow", reason="it is there")
def test_tensorflow_is_not_imported(tmp_path):
    command = [*python(), "-c", DONE]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout == "False\n", done.stderr


def test_keras_knows_of_tensorflow_afterwards():
    with without_tensorflow():
        pass
    assert tensorflow.available
