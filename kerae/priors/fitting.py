"""What priors share that are fitted to codes afterwards."""

import math
import random
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from ..checks.given import as_array
from ..checks.numbers import check_count, check_positive
from ..random_seed import set_random_seed

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


def falling_adam(
    count: int, epochs: int, batch_size: int, learning_rate: float
) -> keras.optimizers.Optimizer:
    """Adam for a `fit` of so many codes, whose rate falls to 0 along a cosine.

    Raises:
        ValueError: If an argument of `fit` is too small.
    """
    check_count("epochs", epochs)
    check_count("batch_size", batch_size)
    check_positive("learning_rate", learning_rate)
    steps = epochs * math.ceil(count / batch_size)
    return keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(learning_rate, steps))


@contextmanager
def seeded(seed: int):
    """Within, weights and the order of codes follow the seed; Python and NumPy go on as before."""
    check_count("seed", seed, 0)
    of_python, of_numpy = random.getstate(), np.random.get_state()
    set_random_seed(seed)
    try:
        yield
    finally:
        random.setstate(of_python)
        np.random.set_state(of_numpy)


def labels_to_fit_by(model: "Autoencoder", y: Any, count: int) -> np.ndarray | None:
    """The classes that a prior is fitted by, integers, or `None` where `y` tells none.

    Raises:
        ValueError: If there are not `count` labels, or a class has fewer than two examples.
    """
    readers = [part for part in (model.condition, model.target) if part and part.reads_labels]
    if y is None or any(each.known_labels is None for each in readers):
        return None
    y = as_array(y, "y")
    if y.shape != (count,) or not np.issubdtype(y.dtype, np.integer) or y.min() < 0:
        received = f"{y.dtype} of shape {y.shape}" + (f" from {y.min()} on" if y.size else "")
        raise ValueError(
            f"Expected `y` to be {count} integers from 0 on, the class of each example. Received: "
            f"{received}. Number the classes, and leave out examples without one."
        )
    few = np.flatnonzero(np.bincount(y) < 2)
    if len(few):
        raise ValueError(
            f"Expected at least 2 examples of each class from 0 to {y.max()}. Received: fewer of "
            f"{few.tolist()}. Number the classes without gaps, or take more examples."
        )
    return y
