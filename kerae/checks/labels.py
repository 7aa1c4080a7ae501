"""Labels of examples, as analysis reads them."""

from dataclasses import dataclass

import numpy as np

from .codes import as_codes, as_finite


@dataclass(frozen=True)
class Labels:
    """Classes of examples, numbered from 0 on in the order of their sorted values.

    Args:
        values: Integer array `(n,)`, each an index into `names`.
        names: Tuple of strings, one a class that occurs.
    """

    values: np.ndarray
    names: tuple[str, ...]


def as_labels(labels, count, class_names=None):
    """Labels as given by a user, checked.

    Args:
        labels: Integers or strings, `count` of them.
        count: Integer, the number of examples.
        class_names: Sequence of strings that integer labels are indices into. Defaults to the
            labels themselves, as strings.
    Returns:
        `Labels`.
    Raises:
        ValueError: If they are of another length, of another type, or without a name.
    """
    labels = np.asarray(labels)
    if labels.shape != (count,):
        raise ValueError(
            f"Expected `labels` of shape {(count,)}, one for each example. "
            f"Received: shape {labels.shape}."
        )
    if labels.dtype == object and all(isinstance(label, str) for label in labels):
        labels = labels.astype(str)
    if not (np.issubdtype(labels.dtype, np.integer) or np.issubdtype(labels.dtype, np.str_)):
        raise ValueError(
            "Expected `labels` to be integers or strings. "
            f"Received: {labels.dtype}, such as {labels.tolist()[0]!r}. Convert them, such as by "
            "`labels.astype(int)`."
        )
    present, values = np.unique(labels, return_inverse=True)
    if class_names is None or np.issubdtype(labels.dtype, np.str_):
        return Labels(values, tuple(map(str, present)))
    if not 0 <= present[0] <= present[-1] < len(class_names):
        raise ValueError(
            f"Expected `labels` to be indices into the {len(class_names)} `class_names`. "
            f"Received: labels from {present[0]} to {present[-1]}."
        )
    class_names = tuple(class_names)
    return Labels(values, tuple(class_names[label] for label in present))


def as_probed(z_train, y_train, z_test, y_test):
    """Codes and their classes, to learn from and to be tested on, checked.

    Raises:
        ValueError: If one of them is none, or they do not fit each other.
    """
    z_train, z_test = as_codes(z_train, "z_train"), as_finite(z_test, "z_test")
    if z_test.shape[1:] != z_train.shape[1:]:
        raise ValueError(
            f"Expected `z_test` of {z_train.shape[1]} dimensions, as `z_train`. Received: shape "
            f"{z_test.shape}."
        )
    y_train, y_test = as_classes(y_train, "y_train"), as_classes(y_test, "y_test")
    for name, z, y in (("train", z_train, y_train), ("test", z_test, y_test)):
        if len(z) != len(y):
            raise ValueError(
                f"Expected one of `y_{name}` for each of `z_{name}`. Received: {len(y)} and "
                f"{len(z)}."
            )
    return z_train, y_train, z_test, y_test


def as_classes(values, name):
    """Classes or clusters of examples as an array of integers, booleans or strings.

    Raises:
        ValueError: If they are of another kind, such as numbers with NaN.
    """
    values = np.asarray(values)
    if values.dtype == object and all(isinstance(each, str) for each in values.ravel()):
        values = values.astype(str)
    if values.ndim != 1 or values.dtype.kind not in "iubUS" or not len(values):
        raise ValueError(
            f"Expected `{name}` to be a row of integers or strings, one an example. Received: "
            f"{values.dtype} of shape {values.shape}. Convert them, such as by `.astype(int)`."
        )
    return values
