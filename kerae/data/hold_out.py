"""Examples set aside: a test split for data that come without one, and a part for validation."""

import warnings
from collections.abc import Sequence

import numpy as np


def hold_out(x: np.ndarray, y: np.ndarray, class_names: Sequence[str]):
    """Sets a fifth of every class aside for testing; always the same examples.

    At least one example of each class is set aside, except where a class has only one: that one
    is kept for training, with a warning.

    Args:
        x: Array of shape `(n, ...)`.
        y: Integer array of shape `(n,)`.
        class_names: Names that warnings use for the labels.
    Returns:
        Tuple `x_train, y_train, x_test, y_test`, each in the order it had.
    Raises:
        ValueError: If `x` and `y` differ in length, or no class has two examples.
    """
    if y.shape != (len(x),):
        raise ValueError(
            f"Expected one label per image. Received: {len(x)} images, labels of shape {y.shape}."
        )
    random = np.random.default_rng(0)
    is_test = np.zeros(len(y), bool)
    single = []
    for label in np.unique(y):
        members = np.flatnonzero(y == label)
        if len(members) == 1:
            single.append(class_names[label])
            continue
        count = max(1, round(len(members) / 5))
        is_test[random.choice(members, count, replace=False)] = True
    if not is_test.any():
        raise ValueError(
            "Expected a class with two or more examples, to set some aside for testing. "
            f"Received: {len(y)} examples of {len(single)} classes. "
            "Add examples, or give a test split."
        )
    if single:
        warnings.warn(
            f"Classes with a single example are not tested: {', '.join(single)}. "
            "Add examples, or give a test split.",
            stacklevel=2,
        )
    return x[~is_test], y[~is_test], x[is_test], y[is_test]


def rows_held_out(count: int, validation: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """The rows to train on, and those held out: a number of them, or a fraction below 1."""
    held_out = round(validation * count) if validation < 1 else int(validation)
    if not 0 < held_out < count:
        raise ValueError(
            f"Expected `validation` to leave examples on both sides. Received: {validation} of "
            f"{count} training examples."
        )
    order = np.random.default_rng(seed).permutation(count)
    return order[held_out:], order[:held_out]
