"""What `fit` and `evaluate` are told beside the data."""

from typing import Any

import keras

from .numbers import check_count, check_number
from .short import short


def check_arguments(
    epochs: Any = 1, batch_size: Any = None, validation_split: Any = 0.0, callbacks: Any = None
) -> None:
    """Raises a `ValueError` if an argument is not what Keras takes under that name."""
    check_count("epochs", epochs, 0)
    if batch_size is not None:
        check_count("batch_size", batch_size)
    check_number("validation_split", validation_split)
    if not 0 <= validation_split < 1:
        raise ValueError(
            f"Expected `validation_split` from 0 to below 1. Received: {validation_split!r}."
        )
    for each in keras.tree.flatten(callbacks):
        if each is not None and not isinstance(each, keras.callbacks.Callback):
            raise ValueError(
                "Expected `callbacks` to be keras.callbacks.Callback, or a list of them. Received: "
                f"{short(each)}."
            )
