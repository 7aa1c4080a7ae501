"""The nearest of many vectors: which one, in which precision, and in how much memory."""

import os
import subprocess

import numpy as np
import pytest
from keras import ops
from python_program import python

from kerae.ops import nearest

RANDOM = np.random.default_rng(0)

LARGE = """
import resource
import numpy as np
from keras import ops
import kerae
from kerae.backend import compiled

x = np.random.default_rng(0).standard_normal((100_000, 64), "float32")
codes = np.random.default_rng(1).standard_normal((65_536, 64), "float32")

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

search = compiled(kerae.latents.VectorQuantizer(2, 1), kerae.ops.nearest)
x_, codes_ = map(ops.convert_to_tensor, (x, codes))
search(x_[:2], codes_)  # what compiling takes
before = peak()
found = ops.convert_to_numpy(search(x_, codes_))
some = slice(0, 100_000, 9_973)
brute = [((codes - each) ** 2).sum(axis=1, dtype="float64").argmin() for each in x[some]]
print(peak() - before, (found[some] != brute).sum())
"""


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_distances_are_in_full_precision_whatever_that_of_the_arguments(dtype):
    # Small integers are exact in half precision, squares and sums of theirs are not.
    codes = (RANDOM.permutation(40)[:, None] + [100, 150, 30]).astype("float32")
    halves = ops.cast(ops.convert_to_tensor(codes), dtype)
    found = ops.convert_to_numpy(nearest(halves, halves))
    np.testing.assert_array_equal(found, np.arange(40))


def test_zero_is_zero_whatever_its_sign():
    # The products with the first are -0, with the second 0.
    found = nearest(np.array([[-1.0]], "float32"), np.array([[0.0], [0.0]], "float32"))
    assert ops.convert_to_numpy(found) == [0]
    codes = np.array([[0.0, 0.0], [-0.0, 0.0]], "float32")
    assert ops.convert_to_numpy(nearest(np.array([[-1.0, 0.0]], "float32"), codes)) == [0]


def test_no_vectors_have_no_codes():
    found = nearest(np.zeros((0, 2, 3), "float32"), np.ones((700, 3), "float32"))
    assert found.shape == (0, 2)


@pytest.mark.nightly
def test_many_vectors_and_codes_take_little_memory():
    # With more threads TensorFlow begins more blocks at once, if it is let.
    command, environment = [*python(), "-c", LARGE], os.environ | {"TF_NUM_INTEROP_THREADS": "8"}
    result = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert result.returncode == 0, result.stderr
    taken, wrong = map(int, result.stdout.split())
    assert taken < 500e6
    assert wrong == 0  # of 11
