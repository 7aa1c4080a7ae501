"""Labels as figures color them."""

import numpy as np

from ..checks.labels import Labels, as_labels

LONGEST = 18


def as_classes(labels, count, class_names=None):
    """Labels as given by a user: numbers that choose a color, and names.

    A class has the number that it has in `class_names`, and so the same color in every figure,
    even where others do not occur.

    Args:
        labels: Integers or strings, `count` of them, of which -1 is noise; or `None`.
        count: Integer, the number of examples.
        class_names: Sequence of strings that integer labels are indices into.
    Returns:
        `Labels`, with the value -1 for noise, and with long names shortened.
    Raises:
        ValueError: If they are of another length, of another type, or without a name.
    """
    # Here, as analysis draws with figures: neither can wait for the other to be imported.
    if labels is None:
        return Labels(np.zeros(count, int), ("",))
    checked = as_labels(labels, count)
    labels, values, names = np.asarray(labels), np.full(count, -1), ()
    is_class = np.array(checked.names)[checked.values] != "-1"
    if is_class.any():
        named = as_labels(labels[is_class], is_class.sum(), class_names)
        values[is_class], names = named.values, named.names
        if class_names is not None and np.issubdtype(labels.dtype, np.integer):
            values[is_class], names = labels[is_class], class_names
    return Labels(values, tuple(map(_short, names)))


def _short(name):
    name = str(name)
    return name if len(name) <= LONGEST else name[: LONGEST - 1] + "…"
