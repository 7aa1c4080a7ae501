"""What codes tell of the class."""

import numpy as np

from ... import metrics
from ..fitting.rows import sampled_rows
from .scores import Scores

LIMIT = 10_000
# A step of the linear probe takes as many products as there are examples, times their numbers,
# times the classes. Of wide inputs, such as large images, fewer examples are taken, and where
# fewer than these would be, the input is left out.
MOST_PRODUCTS = 2**28
FEWEST = 500
HELD_OUT = 0.2
NUM_NEIGHBORS = 10
KINDS = ("knn_accuracy", "linear_probe_accuracy")


def scores_of_labels(
    z: np.ndarray, labels: np.ndarray, x: np.ndarray | None = None, seed: int = 0
) -> Scores:
    """How well the class of held-out examples is told from codes, and from the data beside it.

    Args:
        z: Array `(n, latent_dim)`.
        labels: Integer array `(n,)`.
        x: Array `(n, features)`.
        seed: Integer, of the choice of examples and of those held out.
    Returns:
        `Scores`.
    """
    scores = Scores()
    spaces = {"": z} if x is None else {"": z, "_input": x}
    # With few classes it is memory that counts.
    most_numbers = MOST_PRODUCTS // max(16, len(np.unique(labels)))
    if x is not None and min(FEWEST, len(x)) * x.shape[1] > most_numbers:
        reason = f"the examples of x have {x.shape[1]:,} numbers each, too many to learn from"
        scores.leave_out([f"{kind}_input" for kind in KINDS], reason)
        del spaces["_input"]
    widest = max(codes.shape[1] for codes in spaces.values())
    limit = min(LIMIT, max(FEWEST, most_numbers // widest))
    rows, sampled = sampled_rows(len(z), limit, seed)
    # A class with a single example cannot be on both sides of the split.
    _, members, counts = np.unique(labels[rows], return_inverse=True, return_counts=True)
    is_single = counts[members] == 1
    rows = rows[~is_single]
    single = f"classes of a single example left out: {is_single.sum()}" if is_single.any() else ""
    if reason := _too_few(labels[rows]):
        names = [f"{kind}{space}" for kind in KINDS for space in spaces]
        scores.leave_out(names, "; ".join(filter(None, (reason, single))))
        return scores
    train, test = _split(rows, labels, seed)
    held_out = f"{len(test):,} held out of {len(rows):,} examples"
    notes = held_out, sampled and f"of {len(z):,} in all", single
    for space, codes in spaces.items():
        sets = codes[train], labels[train], codes[test], labels[test]
        if len(train) < NUM_NEIGHBORS:
            scores.leave_out(
                [f"knn_accuracy{space}"], f"fewer than {NUM_NEIGHBORS} examples to learn from"
            )
        else:
            accuracy = metrics.neighbor_accuracy(*sets, NUM_NEIGHBORS)
            scores.give(f"knn_accuracy{space}", accuracy, *notes)
        scores.give(f"linear_probe_accuracy{space}", metrics.linear_probe_accuracy(*sets), *notes)
    return scores


def _too_few(labels):
    """Why no part of the examples can be held out; `None` if one can."""
    num_classes = len(np.unique(labels))
    if num_classes < 2:
        return "fewer than two classes with more than one example"
    if np.ceil(HELD_OUT * len(labels)) < num_classes:
        return f"{len(labels)} examples are too few to hold out some of all {num_classes} classes"
    return None


def _split(rows, labels, seed):
    from sklearn.model_selection import train_test_split

    return train_test_split(rows, test_size=HELD_OUT, stratify=labels[rows], random_state=seed)
