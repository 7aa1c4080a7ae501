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
    known = np.array(checked.names)[checked.values] != "-1"
    if known.any():
        found = as_labels(labels[known], known.sum(), class_names)
        values[known], names = found.values, found.names
        if class_names is not None and np.issubdtype(labels.dtype, np.integer):
            values[known], names = labels[known], class_names
    return Labels(values, tuple(map(_short, names)))


def _short(name):
    name = str(name)
    return name if len(name) <= LONGEST else name[: LONGEST - 1] + "…"
