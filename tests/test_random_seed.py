import random

import keras
import numpy as np
import pytest
from keras.src.utils.rng_utils import get_random_seed
from python_program import BACKEND

import kerae


def draws():
    """Of everything that draws, in the order in which it was seeded."""
    yield random.random()
    yield np.random.random()
    yield get_random_seed()
    yield keras.random.normal((3,))
    yield keras.random.SeedGenerator().state
    yield keras.layers.Dropout(0.5)(np.ones((1, 20)), training=True)
    yield from kerae.VAE((4, 4, 1), 2).get_weights()
    if BACKEND == "torch":
        import torch

        yield torch.rand(3)
    if BACKEND == "tensorflow":
        import tensorflow as tf

        yield tf.random.uniform((3,))


def test_it_is_that_of_keras_in_effect():
    expected = None
    for seed in (kerae.set_random_seed, keras.utils.set_random_seed, kerae.set_random_seed):
        seed(3)
        keras.random.normal((3,))  # from Keras' own generator, which is to start anew
        seed(3)
        found = [np.asarray(keras.ops.convert_to_numpy(each)) for each in draws()]
        expected = expected or found
        for a, b in zip(found, expected, strict=True):
            np.testing.assert_array_equal(a, b)
    kerae.set_random_seed(4)
    assert all(np.any(np.asarray(a) != b) for a, b in zip(list(draws())[:4], expected))


@pytest.mark.parametrize("seed", [1.0, "1", -1, 2**32])
def test_what_is_no_seed_is_refused(seed):
    with pytest.raises(ValueError, match="`seed`.* to be an integer.*Received: "):
        kerae.set_random_seed(seed)
