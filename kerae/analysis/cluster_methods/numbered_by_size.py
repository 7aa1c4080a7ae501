import numpy as np


def numbered_by_size(labels, k):
    """New numbers of clusters, such that the largest is 0.

    Those of equal size are numbered by their first member, and so the same clusters get the same
    numbers, whatever they were called.

    Args:
        labels: Integer array `(n,)`, from -1, for none, to k - 1.
        k: Integer, the number of clusters; some may be empty.
    Returns:
        Integer array `(k,)`, the old number of each cluster, and integer array `(k + 1,)`, the
        new number of each old one and in the end -1, such that `new[-1]` is -1.
    """
    sizes = np.bincount(labels[labels >= 0], minlength=k)
    first = np.full(k, len(labels))
    np.minimum.at(first, labels[labels >= 0], np.flatnonzero(labels >= 0))
    old = np.lexsort((first, -sizes))
    return old, np.append(np.argsort(old), -1)
