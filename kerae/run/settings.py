"""What a run is asked to do, checked before any file is touched."""

from ..autoencoder import Autoencoder
from ..checks.data import checked_arrays
from ..checks.short import short
from ..data.dataset import Dataset
from ..data.hold_out import rows_held_out
from ..data.stored_dataset import StoredDataset


def check_settings(model, data, epochs, batch_size, learning_rate, validation, seed):
    """Checks the arguments of `kerae.train` by themselves; numbers are of the kind annotated there.

    Raises:
        ValueError: If one is of a wrong kind or out of range.
    """

    def check(holds, expected, received):
        if not holds:
            raise ValueError(
                f"Expected {expected}. Received: {short(received)}. Correct the argument; nothing "
                "was written."
            )

    check(isinstance(model, Autoencoder), "`model` to be a kerae.Autoencoder", model)
    check(isinstance(data, Dataset), "`data` to be a kerae.data.Dataset", data)
    for name, value in (("epochs", epochs), ("batch_size", batch_size)):
        check(value >= 1, f"`{name}` to be an integer from 1", value)
    for name, value in (("learning_rate", learning_rate), ("validation", validation)):
        check(value > 0, f"`{name}` to be a number above 0", value)
    check(0 <= seed < 2**32, "`seed` to be an integer from 0 to 2^32 - 1", seed)


def parts_of_data(model, data, validation, seed):
    """The examples to train on, those held out and those to test on, checked against the model.

    Of vectors in files those to train on are `kerae.data.Activations`, and at most 32,768 rows are
    held out.

    Returns:
        Dict from `"train"`, `"validation"` and `"test"` to tuples `(x,)`, or `(x, y)` for a model
        that reads labels.
    Raises:
        ValueError: If they do not fit the model, or nothing is left on one side.
    """
    if isinstance(data, StoredDataset):
        rest, held_out = data.parts(validation, seed)
        checked_arrays(model, held_out)
        return {"train": (rest,), "validation": (held_out,), "test": (data.x_test,)}
    kept, held_out = rows_held_out(len(data.x_train), validation, seed)
    parts = {
        "train": (data.x_train[kept], data.y_train[kept]),
        "validation": (data.x_train[held_out], data.y_train[held_out]),
        "test": (data.x_test, data.y_test),
    }
    if not model.label_readers:
        parts = {name: (x,) for name, (x, _) in parts.items()}
    for examples in parts.values():
        checked_arrays(model, *examples)
    return parts
