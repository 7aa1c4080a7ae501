"""Scikit-learn's handwritten digits, which need no download."""

import numpy as np

from ..checks.extras import require
from .dataset import Dataset
from .hold_out import hold_out


def read_digits():
    """The 1,797 digits of 8x8 pixels from 0 to 16, scaled to 0 to 1, a fifth held out."""
    require('kerae.data.load("digits")', "data", "sklearn")
    from sklearn.datasets import load_digits

    digits = load_digits()
    x = (digits.images[..., np.newaxis] / 16).astype(np.float32)
    y = digits.target.astype(np.int64)
    class_names = tuple(str(name) for name in digits.target_names)
    return Dataset(*hold_out(x, y, class_names), name="digits", class_names=class_names)
