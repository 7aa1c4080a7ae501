import numpy as np


def gap(scores: np.ndarray) -> np.ndarray:
    """By how much the best dimension (row) leads the second, of each factor (column).

    A single dimension leads one of score 0.
    """
    best = np.sort(np.pad(scores, ((1, 0), (0, 0))), axis=0)
    return best[-1] - best[-2]
