import random
import sys

import keras
import numpy as np
from keras.src.backend.common import global_state
from keras.src.random.seed_generator import GLOBAL_SEED_GENERATOR
from keras.src.utils.rng_utils import GLOBAL_RANDOM_SEED

from . import backend


def set_random_seed(seed):
    """Seeds Python, NumPy, Keras and its backend, as `keras.utils.set_random_seed` does.

    Keras' own imports TensorFlow on every backend, for seconds; this seeds TensorFlow only where
    it is the backend or is imported already.

    Args:
        seed: Integer from 0 to 2^32 - 1.
    Raises:
        ValueError: If it is none.

    Example:
        >>> kerae.set_random_seed(1)
        >>> first = kerae.VAE((8, 8, 1), 2).get_weights()
        >>> kerae.set_random_seed(1)
        >>> again = kerae.VAE((8, 8, 1), 2).get_weights()
        >>> all(np.array_equal(a, b) for a, b in zip(first, again))
        True
    """
    if not isinstance(seed, int) or not 0 <= seed < 2**32:
        raise ValueError(f"Expected `seed` to be an integer from 0 to 2^32 - 1. Received: {seed!r}")
    if "tensorflow" in sys.modules:
        keras.utils.set_random_seed(seed)
        return
    random.seed(seed)
    np.random.seed(seed)
    global_state.set_global_attribute(GLOBAL_RANDOM_SEED, seed)
    global_state.set_global_attribute(GLOBAL_SEED_GENERATOR, None)  # made anew from Python's
    backend.seed_global_generator(seed)
