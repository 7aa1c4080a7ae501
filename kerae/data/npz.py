"""Arrays saved with `numpy.savez`."""

from pathlib import Path

import numpy as np

from .dataset import Dataset
from .hold_out import hold_out
from .scale_pixels import scale_pixels

MOST_CLASSES = 100_000


def read_npz(path: Path) -> Dataset:
    """Reads `x_train`, `x_test` and, if there, `y_train`, `y_test`; or `x` and, if there, `y`.

    Images are uint8, or floats from 0 to 1, of shape `(n, height, width[, channels])`; arrays of
    shape `(n, features)` stay vectors. Without labels every example is of the one class
    `"unlabeled"`. With only `x`, a fifth is held out as `hold_out` does.

    Args:
        path: `pathlib.Path`.
    Returns:
        `Dataset`, named after the file.
    Raises:
        ValueError: If the file is damaged, or its arrays are not as above.
    """
    arrays = _read_arrays(path)
    splits = ("",) if "x" in arrays else ("_train", "_test")
    missing = [f"x{split}" for split in splits if f"x{split}" not in arrays]
    labels = [f"y{split}" for split in splits if f"y{split}" in arrays]
    if missing or len(labels) not in (0, len(splits)):
        raise ValueError(
            f"Expected x_train and x_test, or x, with a y for each or for none, in {path}. "
            f"Received: {', '.join(arrays) or 'no arrays'}. Save them under these names."
        )
    x = [scale_pixels(arrays[f"x{split}"], path) for split in splits]
    if labels:
        y = [_integers(arrays[key], f"{key} in {path}") for key in labels]
        class_names = _class_names(y, path)
    else:
        y = [np.zeros(len(part), np.int64) for part in x]
        class_names = ("unlabeled",)
    arrays = hold_out(*x, *y, class_names) if len(x) == 1 else (x[0], y[0], x[1], y[1])  # pyright: ignore[reportCallIssue]
    return Dataset(*arrays, name=path.stem, class_names=class_names)


def _read_arrays(path):
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            return {key: arrays[key] for key in arrays.files}
    except Exception as error:  # A damaged archive raises anything, from EOFError to zlib.error.
        raise ValueError(
            f"Expected an .npz file of numeric arrays at {path}. Received: {error}. "
            "Save it again with numpy.savez."
        ) from error


def _class_names(y, path):
    last = max(int(part.max(initial=0)) for part in y)
    if last > MOST_CLASSES:
        raise ValueError(
            f"Expected labels below {MOST_CLASSES:,}, classes numbered from 0, in {path}. "
            f"Received: {last}. Number them by `numpy.unique(y, return_inverse=True)`."
        )
    return tuple(map(str, range(last + 1)))


def _integers(labels, source):
    if not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(
            f"Expected integer labels as {source}. Received: {labels.dtype}. "
            "Number the classes from 0."
        )
    return labels.astype(np.int64)
