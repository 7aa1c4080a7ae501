"""Colors and shapes of classes, for readers with any color vision."""

import numpy as np

NOISE = 0.75  # the gray of examples of no class
MARKERS = "o^sDvPX*"


def colors(values):
    """The colors of classes: ten that stay apart under any color blindness, then again.

    Args:
        values: Integer array `(n,)`, the numbers of classes; -1 is none, and gray.
    Returns:
        Array `(n, 3)` of red, green and blue in [0, 1].
    Reference:
        Petroff, 2021, https://arxiv.org/abs/2107.02270
    """
    import matplotlib

    ten = np.array(matplotlib.color_sequences["petroff10"])
    values = np.asarray(values)
    return np.where(values[:, None] < 0, NOISE, ten[values % len(ten)])


def marker(value):
    """The shape of a class, another one after every ten; a cross for none."""
    return "x" if value < 0 else MARKERS[value // 10 % len(MARKERS)]
